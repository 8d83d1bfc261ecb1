"""Everything that auth0-python can do with actions, versions and bindings."""

import os
import time

from auth0.management import ManagementClient
from auth0.management.core.api_error import ApiError

actions = ManagementClient(
    domain=os.environ["AUTH0_DOMAIN"],
    client_id=os.environ["AUTH0_CLIENT_ID"],
    client_secret=os.environ["AUTH0_CLIENT_SECRET"],
).actions
CODE = "exports.onExecutePostLogin = async (event, api) => {};\n"


def refused(status, call):
    try:
        call()
    except ApiError as error:
        assert error.status_code == status, error
        return error.body
    raise AssertionError("was not refused")


def until_built(id):
    for _ in range(100):
        if actions.get(id).status == "built":
            return
        time.sleep(0.05)
    raise AssertionError("never built")


assert list(actions.list()) == []
triggers = [{"id": "post-login", "version": "v3"}]
action = actions.create(
    name="Add roles (py)",
    supported_triggers=triggers,
    code=CODE,
    secrets=[{"name": "KEY", "value": "1"}, {"name": "OTHER", "value": "2"}],
)
refused(400, lambda: actions.deploy(action.id))
until_built(action.id)
version = actions.deploy(action.id)
assert version.number == 1, version
actions.update(action.id, secrets=[{"name": "KEY"}], code=CODE + "// two\n")
until_built(action.id)
read = actions.get(action.id)
assert [secret.name for secret in read.secrets] == ["KEY"], read
assert read.deployed_version.code == CODE, read
actions.deploy(action.id)
assert [found.number for found in actions.versions.list(action.id)] == [2, 1]
assert actions.versions.get(action.id, version.id).number == 1
assert actions.versions.deploy(action.id, version.id).number == 3
bindings = [{"ref": {"type": "action_name", "value": action.name}, "display_name": "Roles"}]
actions.triggers.bindings.update_many("post-login", bindings=bindings)
bound = list(actions.triggers.bindings.list("post-login"))
assert [found.display_name for found in bound] == ["Roles"], bound
assert len(actions.triggers.list().triggers) > 10
refused(409, lambda: actions.delete(action.id))
for number in range(25):
    actions.create(name=f"n {number}", supported_triggers=triggers)
assert len(list(actions.list(per_page=10))) == 26
assert [found.id for found in actions.list(deployed=True)] == [action.id]
actions.delete(action.id, force=True)
gone = refused(404, lambda: actions.get(action.id))
