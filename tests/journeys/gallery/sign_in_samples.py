# SPDX-License-Identifier: Apache-2.0
"""allauth's pages in our clothes, with forms like the ones allauth hands over."""

from __future__ import annotations

from collections.abc import Iterator

from django import forms
from tests.journeys.gallery.site import Drawn, draw


class SignIn(forms.Form):
    """What signing in asks."""

    login = forms.EmailField(label="Correo electrónico")
    password = forms.CharField(label="Contraseña", widget=forms.PasswordInput)
    remember = forms.BooleanField(label="Recordarme", required=False)


class Code(forms.Form):
    """What the second factor asks."""

    code = forms.CharField(label="Código")


def every(*, language: str) -> Iterator[Drawn]:
    """Sign in, sign in refused, second factor, sign out, security."""
    yield draw("s-login", "account/login.html", None, language=language, extra={"form": SignIn()})
    wrong = SignIn({"login": "nobody", "password": ""})
    wrong.add_error(None, "El correo o la contraseña no coinciden.")
    yield draw("s-login-wrong", "account/login.html", None, language=language, extra={"form": wrong})
    two = {"form": Code(), "MFA_SUPPORTED_TYPES": ["totp"]}
    yield draw("s-code", "mfa/authenticate.html", None, language=language, extra=two)
    yield draw("s-logout", "account/logout.html", None, language=language)
    kinds = {"MFA_SUPPORTED_TYPES": ["totp"], "authenticators": {}}
    yield draw("s-security", "mfa/index.html", None, language=language, extra=kinds)
