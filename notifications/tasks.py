from celery import shared_task

from notifications.delivery import deliver_pending


@shared_task
def deliver() -> None:
    deliver_pending()
