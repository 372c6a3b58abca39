"""Sends mails with Python's own smtplib, as a job on standard input says; prints what came of each."""

import json
import smtplib
import ssl
import sys
from email.message import EmailMessage
from email.policy import SMTP


def message(mail):
    made = EmailMessage(policy=SMTP)
    for name, value in mail["headers"].items():
        made[name] = value
    made.set_content(mail["text"], charset=mail.get("charset", "utf-8"))
    if "html" in mail:
        made.add_alternative(mail["html"], subtype="html")
    for name, text in mail.get("files", {}).items():
        made.add_attachment(text.encode(), maintype="application", subtype="pdf", filename=name)
    return made


def send(server, mail):
    try:
        refused = server.send_message(message(mail), mail["from"], mail["to"])
        return {"code": 250, "refused": {who: code for who, (code, _) in refused.items()}}
    except smtplib.SMTPRecipientsRefused as error:
        code, text = next(iter(error.recipients.values()))
        return {"code": code, "text": text.decode()}
    except smtplib.SMTPResponseException as error:
        return {"code": error.smtp_code, "text": error.smtp_error.decode()}


def main():
    job = json.load(sys.stdin)
    with smtplib.SMTP(job["host"], job["port"], "client.example", timeout=30) as server:
        if "ca" in job:
            server.starttls(context=ssl.create_default_context(cadata=job["ca"]))
        json.dump([send(server, mail) for mail in job["mails"]], sys.stdout)


main()
