"""``cj-runner webhooks``: who is told of runs, what became of each telling, and how to try it out.

Fed by ``main``; asks the runner's API.
"""

from enum import StrEnum
from typing import Annotated, Any

import typer

from app.cli import asking, terminal
from app.cli.asking import Asking
from app.cli.run.flags import Mode

commands = typer.Typer(no_args_is_help=True, help="Webhooks: who is told of runs, and what became of it.")
Hook = Annotated[str, typer.Argument(metavar="WEBHOOK", help="As `webhooks list` shows it.")]
Delivery = Annotated[str, typer.Argument(metavar="DELIVERY", help="As `webhooks deliveries` shows it.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Limit = Annotated[int, typer.Option(min=1, max=200, help="How many, the newest first.")]
EVENTS = (
    "run.completed, run.completed_partial, run.failed, run.timed_out, run.cancelled, run.artefact_revised, "
    "run.progress"
)


class Signing(StrEnum):
    """How tellings are signed."""

    HMAC = "hmac"
    ED25519 = "ed25519"


@commands.command(cls=Asking)
def create(
    target: Annotated[
        str, typer.Argument(metavar="ADDRESS", help="Where to: an https address that answers in 15 s.")
    ],
    event: Annotated[list[str] | None, typer.Option("--event", help=f"Several; of {EVENTS}.")] = None,
    mode: Annotated[list[Mode] | None, typer.Option("--mode", help="Only runs of these modes.")] = None,
    label: Annotated[list[str] | None, typer.Option(metavar="KEY=VALUE", help="Only runs with all these.")] = None,
    description: Annotated[str | None, typer.Option(help="For people.")] = None,
    signing: Annotated[Signing, typer.Option(help="hmac: a shared secret; ed25519: a key pair.")] = Signing.HMAC,
) -> None:
    """Subscribe an address to the ends of runs; its secret is shown now and never again."""
    from cj_runner_client.api.webhooks import create_webhook
    from cj_runner_client.models import SubscriptionMade, SubscriptionRequest

    wanted: dict[str, Any] = {"url": target, "signing": signing.value}
    labels = dict(_pair(text) for text in label or [])
    more = {
        "events": event,
        "modes": [str(one) for one in mode or []],
        "labels": labels,
        "description": description,
    }
    wanted |= {name: value for name, value in more.items() if value}
    with asking.runner() as api:
        made = api.ask(create_webhook.sync_detailed, SubscriptionMade, body=SubscriptionRequest.from_dict(wanted))
    terminal.line(made.id)
    _secret(made)


def _secret(made: Any) -> None:
    if made.secret:
        terminal.note(f"the secret, shown only now: {made.secret}")
    if made.public_key:
        terminal.note(f"receivers verify with {made.public_key}")


def _pair(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise typer.BadParameter(f"{text!r} is no KEY=VALUE", param_hint="--label")
    return key.strip(), value


@commands.command("list", cls=Asking)
def list_webhooks(limit: Limit = 50, as_json: AsJson = False) -> None:
    """List subscriptions, the newest first."""
    from cj_runner_client.api.webhooks import list_webhooks as operation

    with asking.runner() as api:
        found = api.ask_json(operation.sync_detailed, limit=limit)
    if as_json:
        terminal.document(found)
        return
    rows = [(item["id"], item["url"], _state(item), ", ".join(item["events"])) for item in found["items"]]
    terminal.table(("Webhook", "Address", "State", "Events"), rows)


def _state(item: dict[str, Any]) -> str:
    if not item["enabled"]:
        return f"off ({item['disabled_reason']})"
    return "failing" if item["failing_since"] else "on"


@commands.command(cls=Asking)
def show(webhook: Hook) -> None:
    """Show one subscription as JSON; its secret is never shown."""
    from cj_runner_client.api.webhooks import get_webhook

    with asking.runner() as api:
        terminal.document(api.ask_json(get_webhook.sync_detailed, webhook))


@commands.command(cls=Asking)
def enable(webhook: Hook) -> None:
    """Tell it again."""
    _turned(webhook, on=True)


@commands.command(cls=Asking)
def disable(webhook: Hook) -> None:
    """Tell it nothing until it is enabled again."""
    _turned(webhook, on=False)


def _turned(webhook: str, *, on: bool) -> None:
    from cj_runner_client.api.webhooks import update_webhook
    from cj_runner_client.models import SubscriptionChange

    with asking.runner() as api:
        api.ask_json(update_webhook.sync_detailed, webhook, body=SubscriptionChange.from_dict({"enabled": on}))
    terminal.line(f"{webhook} is {'on' if on else 'off'}")


@commands.command(cls=Asking)
def delete(webhook: Hook) -> None:
    """Delete a subscription with its deliveries."""
    from cj_runner_client.api.webhooks import delete_webhook

    with asking.runner() as api:
        api.ask_bytes(delete_webhook.sync_detailed, webhook)
    terminal.line(f"{webhook} is deleted")


@commands.command("rotate-secret", cls=Asking)
def rotate_secret(
    webhook: Hook,
    overlap: Annotated[
        int | None, typer.Option(min=0, metavar="SECONDS", help="So long the former secret signs as well.")
    ] = None,
) -> None:
    """Give a subscription a new secret; it is shown now and never again."""
    from cj_runner_client.api.webhooks import rotate_webhook_secret
    from cj_runner_client.models import Rotation, SubscriptionMade

    wanted = Rotation.from_dict({} if overlap is None else {"overlap_s": overlap})
    with asking.runner() as api:
        made = api.ask(rotate_webhook_secret.sync_detailed, SubscriptionMade, webhook, body=wanted)
    terminal.line(f"{made.id} has a new secret")
    _secret(made)


@commands.command(cls=Asking)
def test(webhook: Hook) -> None:
    """Send an event that says nothing but that it came; prints the delivery's id."""
    from cj_runner_client.api.webhooks import test_webhook

    with asking.runner() as api:
        terminal.line(api.ask_json(test_webhook.sync_detailed, webhook)["id"])
    terminal.note(f"see what became of it: cj-runner webhooks deliveries {webhook}")


@commands.command(cls=Asking)
def deliveries(webhook: Hook, limit: Limit = 20, as_json: AsJson = False) -> None:
    """List what a subscription was told, the newest first."""
    from cj_runner_client.api.webhooks import list_webhook_deliveries

    with asking.runner() as api:
        found = api.ask_json(list_webhook_deliveries.sync_detailed, webhook, limit=limit)
    if as_json:
        terminal.document(found)
        return
    names = ("id", "type", "run_id", "status", "attempt_count", "created_at")
    rows = [["" if item[name] is None else item[name] for name in names] for item in found["items"]]
    terminal.table(("Delivery", "Event", "Run", "Status", "Attempts", "Made"), rows)


@commands.command(cls=Asking)
def replay(webhook: Hook, delivery: Delivery) -> None:
    """Deliver an event once more, under the same id."""
    from cj_runner_client.api.webhooks import replay_webhook_delivery

    with asking.runner() as api:
        api.ask_json(replay_webhook_delivery.sync_detailed, webhook, delivery)
    terminal.line(f"{delivery} is on its way again")
