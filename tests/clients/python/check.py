"""Everything that auth0-python can do with hooks and their secrets."""

import os

from auth0.management import ManagementClient
from auth0.management.core.api_error import ApiError

hooks = ManagementClient(
    domain=os.environ["AUTH0_DOMAIN"],
    client_id=os.environ["AUTH0_CLIENT_ID"],
    client_secret=os.environ["AUTH0_CLIENT_SECRET"],
).hooks
SCRIPT = "module.exports = function (user, context, cb) { cb(null, { user }); };\n"


def refused(status, call):
    try:
        call()
    except ApiError as error:
        assert error.status_code == status, error
        return error.body
    raise AssertionError("was not refused")


assert list(hooks.list()) == []
hook = hooks.create(name="Py Hook1", script=SCRIPT, trigger_id="post-user-registration")
assert (hook.name, hook.script, hook.enabled) == ("py-hook-1", SCRIPT, False), hook
assert (hook.trigger_id, hook.dependencies) == ("post-user-registration", {}), hook
read = hooks.get(hook.id)
assert read.dict() == hook.dict(), read
assert hooks.get(hook.id, fields="name").dict(exclude_none=True) == {"name": "py-hook-1"}
changed = hooks.update(hook.id, enabled=True, dependencies={"axios": "1.0.0"})
assert (changed.enabled, changed.dependencies) == (True, {"axios": "1.0.0"}), changed

for number in range(12):
    hooks.create(name=f"n {number}", script=SCRIPT, trigger_id="credentials-exchange")
assert len(list(hooks.list(per_page=5))) == 13
assert len(list(hooks.list(per_page=5, trigger_id="credentials-exchange"))) == 12
assert [found.id for found in hooks.list(enabled=True)] == [hook.id]

hooks.secrets.create(hook.id, request={"ONE": "1", "TWO": "2"})
hooks.secrets.update(hook.id, request={"ONE": "other"})
hooks.secrets.delete(hook.id, request=["TWO"])
assert hooks.secrets.get(hook.id) == {"ONE": "_VALUE_NOT_SHOWN_"}

clash = refused(
    409, lambda: hooks.create(name="n0", script=SCRIPT, trigger_id="send-phone-message")
)
hooks.delete(hook.id)
gone = refused(404, lambda: hooks.get(hook.id))
