//! The shapes of the Actions endpoints' bodies.
//!
//! Must not check anything itself.

pub(super) use crate::tenant::schema::check;
use crate::tenant::schema::{Field, Shape, field};

const fn plain(name: &'static str) -> Field {
    field(name, "", Shape::Text)
}

const TRIGGER: Shape = Shape::Object(&[plain("id"), plain("version")], &["id"]);
const PACKAGE: Shape =
    Shape::Object(&[plain("name"), plain("version"), plain("registry_url")], &[]);
/// Recorded: `updated_at`, as a GET shows it, is accepted.
const SECRET: Shape = Shape::Object(&[plain("name"), plain("value"), plain("updated_at")], &[]);
const MODULE: Shape = Shape::Object(
    &[
        plain("module_id"),
        plain("module_version_id"),
        plain("module_name"),
        field("module_version_number", "", Shape::Text),
    ],
    &[],
);

const NAME: Field = field("name", "The name of an action.", Shape::Text);
const SUPPORTED_TRIGGERS: Field = field(
    "supported_triggers",
    "The list of triggers that this action supports. At this time, an action can only target a \
     single trigger at a time.",
    Shape::List(&TRIGGER, 1),
);
const CODE: Field = field("code", "The source code of the action.", Shape::Text);
const DEPENDENCIES: Field = field(
    "dependencies",
    "The list of third party npm modules, and their versions, that this action depends on.",
    Shape::List(&PACKAGE, 0),
);
const RUNTIME: Field =
    field("runtime", "The Node runtime. For example: `node22`, defaults to `node22`", Shape::Text);
const SECRETS: Field = field(
    "secrets",
    "The list of secrets that are included in an action or a version of an action.",
    Shape::List(&SECRET, 0),
);
const MODULES: Field = field(
    "modules",
    "The list of action modules and their versions used by this action.",
    Shape::List(&MODULE, 0),
);
const DEPLOY: Field =
    field("deploy", "True if the action should be deployed after creation.", Shape::Boolean);

/// `POST /actions/actions`
pub(super) const CREATE: Shape = Shape::Object(
    &[NAME, SUPPORTED_TRIGGERS, CODE, DEPENDENCIES, RUNTIME, SECRETS, MODULES, DEPLOY],
    &["name", "supported_triggers"],
);
/// `PATCH /actions/actions/{id}`: as POST, without `deploy`.
pub(super) const UPDATE: Shape =
    Shape::Object(&[NAME, SUPPORTED_TRIGGERS, CODE, DEPENDENCIES, RUNTIME, SECRETS, MODULES], &[]);
/// `POST …/versions/{id}/deploy`
pub(super) const REDEPLOY: Shape = Shape::Object(
    &[field(
        "update_draft",
        "True if the draft of the action should be updated with the reverted version.",
        Shape::Boolean,
    )],
    &[],
);
/// `POST …/test`
pub(super) const TEST: Shape =
    Shape::Object(&[field("payload", "", Shape::AnyObject)], &["payload"]);
/// `PATCH …/bindings`
pub(super) const BINDINGS: Shape = Shape::Object(
    &[field("bindings", "The actions that will be bound to this trigger.", BINDING_LIST)],
    &["bindings"],
);
const BINDING_LIST: Shape = Shape::List(&Shape::Binding, 0);
/// `POST /actions/modules`
pub(super) const CREATE_MODULE: Shape = Shape::Object(
    &[
        field("name", "The name of the action module.", Shape::Text),
        field("code", "The source code of the action module.", Shape::Text),
        field("secrets", "The secrets to associate with the action module.", MODULE_SECRETS),
        field("dependencies", "The npm dependencies of the action module.", MODULE_PACKAGES),
        plain("api_version"),
        field(
            "publish",
            "Whether to publish the module immediately after creation.",
            Shape::Boolean,
        ),
    ],
    &["name", "code"],
);
/// `PATCH /actions/modules/{id}`
pub(super) const UPDATE_MODULE: Shape = Shape::Object(
    &[
        field("code", "The source code of the action module.", Shape::Text),
        field("secrets", "The secrets to associate with the action module.", MODULE_SECRETS),
        field("dependencies", "The npm dependencies of the action module.", MODULE_PACKAGES),
    ],
    &[],
);
const MODULE_SECRETS: Shape = Shape::List(&SECRET, 0);
const MODULE_PACKAGES: Shape = Shape::List(&PACKAGE, 0);
/// `POST /actions/modules/{id}/rollback`
pub(super) const ROLLBACK: Shape = Shape::Object(
    &[field(
        "module_version_id",
        "The unique ID of the module version to roll back to.",
        Shape::Text,
    )],
    &["module_version_id"],
);
