# SPDX-License-Identifier: Apache-2.0
from django.db import migrations

from conserje.data.tenancy.security import Erasable


class Migration(migrations.Migration):

    dependencies = [
        ('outreach', '0007_words_of_a_person'),
    ]

    operations = [
        Erasable("Permission", "source"),
    ]
