from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [('downloader', '0001_initial')]

    operations = [
        migrations.AddField(
            model_name='videodownload',
            name='is_monetised',
            field=models.BooleanField(blank=True, help_text='whether it can earn, as known at publication; no: its revenue is forecast as 0; empty: not known', null=True),
        ),
    ]
