# SPDX-License-Identifier: Apache-2.0

from django.db import migrations

from conserje.data.tenancy.security import Blankable


class Migration(migrations.Migration):

    dependencies = [
        ('recovery', '0001_recovery'),
    ]

    operations = [
        Blankable("ChargeAttempt", "fingerprint"),
    ]
