# SPDX-License-Identifier: Apache-2.0

from pathlib import Path

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [("journal", "0001_entries_and_seals")]

    operations = [
        migrations.RunSQL(
            (Path(__file__).resolve().parent.parent / "write.sql").read_text(),
            "DROP FUNCTION journal_write(bigint, jsonb);",
        )
    ]
