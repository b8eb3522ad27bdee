# SPDX-License-Identifier: Apache-2.0

from pathlib import Path

import conserje.data.tenancy.keys
import django.db.models.deletion
from django.db import migrations, models

from conserje.data.tenancy.security import OneKey, Secure

TOUCH = Path(__file__).resolve().parent.parent / "touch.sql"

# The owner of the tables is held by the walls too, and here it moves every creditor's rows, each within its own.
MOVE = """
ALTER TABLE outreach_decision NO FORCE ROW LEVEL SECURITY;
UPDATE outreach_decision SET page = id, reasons = convert_from(result, 'UTF8')::json ->> 'reasons';
INSERT INTO outreach_decisionpage (creditor_id, first_id, content)
SELECT creditor_id, id, "case" || convert_to(E'\\n', 'UTF8') || result FROM outreach_decision;
ALTER TABLE outreach_decision FORCE ROW LEVEL SECURITY;
"""
# Packed already, or spread over a page: packing it again, or compressing it, would only cost time.
AS_IT_IS = "ALTER TABLE outreach_decisionpage ALTER COLUMN content SET STORAGE EXTERNAL"


class Migration(migrations.Migration):

    dependencies = [
        ('outreach', '0005_perhaps_read'),
        ('tenancy', '0002_restored_from_a_backup'),
    ]

    operations = [
        migrations.AddField(
            model_name='decision',
            name='reasons',
            field=models.TextField(default=''),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='decision',
            name='page',
            field=models.BigIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='decision',
            name='place',
            field=models.PositiveSmallIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.CreateModel(
            name='DecisionPage',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('content', models.BinaryField()),
                ('creditor', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.creditor')),
                ('first', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='outreach.decision')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('creditor', 'id'), name='decision_page_of_creditor'), models.UniqueConstraint(fields=('creditor', 'first'), name='decision_page_first'), conserje.data.tenancy.keys.TenantForeignKey(fields=('first',), name='decision_page_first_decision', to='outreach.Decision')],
            },
        ),
        migrations.RunSQL(AS_IT_IS, migrations.RunSQL.noop),
        migrations.RunSQL(MOVE, migrations.RunSQL.noop),
        migrations.RemoveField(model_name='decision', name='case'),
        migrations.RemoveField(model_name='decision', name='result'),
        Secure("DecisionPage", privileges="SELECT, INSERT"),
        migrations.RunSQL(TOUCH.read_text(), migrations.RunSQL.noop),
        OneKey("Decision", "decision"),
        OneKey("Episode", "episode"),
        OneKey("Review", "review"),
        OneKey("Touch", "touch"),
    ]
