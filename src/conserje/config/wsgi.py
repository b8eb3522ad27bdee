# SPDX-License-Identifier: Apache-2.0
"""What a WSGI server loads: `granian --interface wsgi conserje.config.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "conserje.config.settings")

application = get_wsgi_application()
