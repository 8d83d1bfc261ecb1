//! What the host scripts may ask of Rust. Handed to them as an argument: no
//! name of it is global, and none reaches the user's script.

use std::num::NonZeroU32;
use std::rc::Rc;

use ring::{digest, hmac, pbkdf2};
use rquickjs::function::{Func, Opt};
use rquickjs::{
    Array, Ctx, FromJs, Function, IntoJs, Object, String as JsString, TypedArray, Value as Js,
};
use serde_json::{Value, json};
use url::Url;

use super::bytes::{decode, encode, json_of, text_of};
use super::fault::{fault_of, is_full, place_in};
use super::parts;
use super::records::Records;
use crate::sandbox::compile::Columns;
use crate::sandbox::outcome::Settled;
use crate::sandbox::world::PLAYED;

/// The object for the host scripts.
pub(super) fn object<'js>(
    ctx: &Ctx<'js>,
    records: &Rc<Records>,
    columns: &Rc<Columns>,
) -> rquickjs::Result<Object<'js>> {
    let host = Object::new(ctx.clone())?;
    host.set("now", records.job().world.now as f64)?;
    host.set("played", PLAYED.to_vec())?;
    recording(ctx, &host, records, columns)?;
    pure(&host)?;
    Ok(host)
}

/// What writes records, or answers out of the run's world.
fn recording<'js>(
    ctx: &Ctx<'js>,
    host: &Object<'js>,
    records: &Rc<Records>,
    columns: &Rc<Columns>,
) -> rquickjs::Result<()> {
    let r = records.clone();
    host.set("random", Func::from(move || r.random()))?;
    let r = records.clone();
    host.set("began", Func::from(move || r.began()))?;
    let r = records.clone();
    host.set("log", Func::from(move |level: Text, text: Text| r.log(&level.0, &text.0)))?;
    let (r, at) = (records.clone(), columns.clone());
    host.set(
        "answer",
        Func::from(move |kind: Text, json: Text, stack: Text| {
            r.answer(kind.0 == "error", &json.0, place_in(&stack.0, &at));
        }),
    )?;
    let (r, at) = (records.clone(), columns.clone());
    host.set(
        "settled",
        Func::from(move |ctx: Ctx<'js>, well: bool, reason: Opt<Js<'js>>| {
            let reason = reason.0.unwrap_or_else(|| Js::new_undefined(ctx.clone()));
            r.settled(match well {
                true => Settled::Returned,
                false => Settled::Threw(fault_of(&ctx, reason, &at)),
            });
        }),
    )?;
    let r = records.clone();
    host.set("api", Func::from(move |path: Text, args: Arguments| r.api(path.0, args.0)))?;
    let r = records.clone();
    host.set("call", Func::from(move |path: Text, args: Arguments| r.call(path.0, args.0)))?;
    let r = records.clone();
    host.set("passed", Func::from(move |call: i32| r.passed(call)))?;
    let r = records.clone();
    host.set("waits", Func::from(move |call: i32, open: bool| r.waits(call, open)))?;
    let r = records.clone();
    host.set("used", Func::from(move |call: i32| r.used(call)))?;
    let r = records.clone();
    host.set("answered", Func::from(move |request: i32| r.answered(request)))?;
    let r = records.clone();
    host.set("outOfMemory", Func::from(move || r.out_of_memory()))?;
    host.set("caught", caught(ctx, records)?)?;
    let r = records.clone();
    let is_declared = move |name: Text| r.job().world.modules.contains_key(&name.0);
    host.set("declared", Func::from(is_declared))?;
    let r = records.clone();
    host.set(
        "answerOf",
        Func::from(move |module: Text, path: Text, made: i32| {
            OrNull(r.answer_of(&module.0, &path.0, made))
        }),
    )?;
    let r = records.clone();
    host.set(
        "http",
        Func::from(move |method: Text, url: Text, headers: Text, body: Text| {
            r.http(&method.0, &url.0, &headers.0, &body.0)
        }),
    )
}

/// What is shown the errors that code catches.
pub(super) fn caught<'js>(
    ctx: &Ctx<'js>,
    records: &Rc<Records>,
) -> rquickjs::Result<Function<'js>> {
    let records = records.clone();
    Function::new(ctx.clone(), move |ctx: Ctx<'js>, reason: Opt<Js<'js>>| {
        if let Some(reason) = reason.0 {
            records.seen(is_full(&ctx, &reason), reason.is_null());
        }
    })
}

/// What only computes.
fn pure<'js>(host: &Object<'js>) -> rquickjs::Result<()> {
    let part = |ctx: Ctx<'js>, name: Text| parts::load::<Js<'js>>(&ctx, &name.0);
    host.set("part", Func::from(part))?;
    host.set("encode", Func::from(|text: Text, to: Text| Bytes(encode(&text.0, &to.0))))?;
    host.set("decodeText", Func::from(|bytes: Bytes, from: Text| decode(&bytes.0, &from.0)))?;
    host.set(
        "percentDecode",
        Func::from(|text: Text| {
            percent_encoding::percent_decode_str(&text.0).decode_utf8_lossy().into_owned()
        }),
    )?;
    host.set(
        "hash",
        Func::from(|name: Text, data: Bytes| {
            Bytes(match digest_of(&name.0) {
                Some(algorithm) => digest::digest(algorithm, &data.0).as_ref().to_vec(),
                None => md5::compute(&data.0).0.to_vec(),
            })
        }),
    )?;
    host.set(
        "hmac",
        Func::from(|name: Text, key: Bytes, data: Bytes| {
            let algorithm = match name.0.as_str() {
                "sha1" => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
                "sha384" => hmac::HMAC_SHA384,
                "sha512" => hmac::HMAC_SHA512,
                _ => hmac::HMAC_SHA256,
            };
            let key = hmac::Key::new(algorithm, &key.0);
            Bytes(hmac::sign(&key, &data.0).as_ref().to_vec())
        }),
    )?;
    host.set(
        "pbkdf2",
        Func::from(|name: Text, password: Bytes, salt: Bytes, rounds: u32, length: usize| {
            let algorithm = match name.0.as_str() {
                "sha1" => pbkdf2::PBKDF2_HMAC_SHA1,
                "sha384" => pbkdf2::PBKDF2_HMAC_SHA384,
                "sha512" => pbkdf2::PBKDF2_HMAC_SHA512,
                _ => pbkdf2::PBKDF2_HMAC_SHA256,
            };
            let mut out = vec![0; length.min(1 << 16)];
            let rounds = NonZeroU32::new(rounds).unwrap_or(NonZeroU32::MIN);
            pbkdf2::derive(algorithm, rounds, &salt.0, &password.0, &mut out);
            Bytes(out)
        }),
    )?;
    host.set(
        "url",
        Func::from(|text: Text, base: Option<Text>| {
            let parsed = match base.map(|base| Url::parse(&base.0)) {
                Some(base) => base.and_then(|base| base.join(&text.0)),
                None => Url::parse(&text.0),
            };
            OrNull(parsed.ok().map(|url| parts(&url)))
        }),
    )?;
    host.set(
        "urlSet",
        Func::from(|href: Text, name: Text, value: Text| {
            let url = Url::parse(&href.0).ok().and_then(|url| with(url, &name.0, &value.0));
            OrNull(url.map(|url| parts(&url)))
        }),
    )
}

/// A text from the host scripts.
struct Text(String);

impl<'js> FromJs<'js> for Text {
    fn from_js(ctx: &Ctx<'js>, value: Js<'js>) -> rquickjs::Result<Self> {
        Ok(Self(text_of(ctx, &JsString::from_js(ctx, value)?)))
    }
}

/// A text for them, or null.
struct OrNull(Option<String>);

impl<'js> IntoJs<'js> for OrNull {
    fn into_js(self, ctx: &Ctx<'js>) -> rquickjs::Result<Js<'js>> {
        self.0.map_or_else(|| Ok(Js::new_null(ctx.clone())), |text| text.into_js(ctx))
    }
}

/// Bytes, which JavaScript has as a `Uint8Array`.
struct Bytes(Vec<u8>);

impl<'js> FromJs<'js> for Bytes {
    fn from_js(ctx: &Ctx<'js>, value: Js<'js>) -> rquickjs::Result<Self> {
        let bytes = TypedArray::<u8>::from_js(ctx, value)?;
        let object = bytes.as_object();
        let all =
            (0..bytes.len()).map(|at| object.get::<u32, u8>(u32::try_from(at).unwrap_or(u32::MAX)));
        all.collect::<rquickjs::Result<_>>().map(Self)
    }
}

impl<'js> IntoJs<'js> for Bytes {
    fn into_js(self, ctx: &Ctx<'js>) -> rquickjs::Result<Js<'js>> {
        TypedArray::new_copy(ctx.clone(), self.0)?.into_js(ctx)
    }
}

/// The arguments of a call as they are now. What has no JSON is null, what
/// can't be written is named.
struct Arguments(Vec<Value>);

impl<'js> FromJs<'js> for Arguments {
    fn from_js(ctx: &Ctx<'js>, value: Js<'js>) -> rquickjs::Result<Self> {
        let args = Array::from_js(ctx, value)?;
        let mut all = Vec::new();
        for at in 0..args.len().min(100) {
            let Ok(value) = args.get::<Js<'js>>(at) else {
                ctx.catch();
                continue;
            };
            all.push(match json_of(ctx, &value) {
                Some(value) => value,
                None if value.is_undefined() => Value::Null,
                None => Value::from(format!("<{}>", value.type_name())),
            });
        }
        while all.last().is_some_and(Value::is_null)
            && args.get::<Js<'js>>(all.len() - 1).is_ok_and(|last| last.is_undefined())
        {
            all.pop();
        }
        Ok(Self(all))
    }
}

fn digest_of(name: &str) -> Option<&'static digest::Algorithm> {
    Some(match name {
        "sha1" => &digest::SHA1_FOR_LEGACY_USE_ONLY,
        "sha256" => &digest::SHA256,
        "sha384" => &digest::SHA384,
        "sha512" => &digest::SHA512,
        _ => return None,
    })
}

/// The parts of an address, under the names of JavaScript's `URL`.
fn parts(url: &Url) -> String {
    use url::quirks;
    json!({
        "href": quirks::href(url), "origin": quirks::origin(url), "protocol": quirks::protocol(url),
        "username": quirks::username(url), "password": quirks::password(url), "host": quirks::host(url),
        "hostname": quirks::hostname(url), "port": quirks::port(url), "pathname": quirks::pathname(url),
        "search": quirks::search(url), "hash": quirks::hash(url),
    })
    .to_string()
}

fn with(mut url: Url, name: &str, value: &str) -> Option<Url> {
    use url::quirks;
    let set = &mut url;
    match name {
        "href" => return Url::parse(value).ok(),
        "protocol" => quirks::set_protocol(set, value).ok()?,
        "username" => quirks::set_username(set, value).ok()?,
        "password" => quirks::set_password(set, value).ok()?,
        "host" => quirks::set_host(set, value).ok()?,
        "hostname" => quirks::set_hostname(set, value).ok()?,
        "port" => quirks::set_port(set, value).ok()?,
        "pathname" => quirks::set_pathname(set, value),
        "search" => quirks::set_search(set, value),
        "hash" => quirks::set_hash(set, value),
        _ => {}
    }
    Some(url)
}
