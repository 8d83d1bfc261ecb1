//! What the host scripts may ask of Rust. Handed to them as an argument: no
//! name of it is global, and none reaches the user's script.

use std::num::NonZeroU32;
use std::rc::Rc;

use ring::{digest, hmac, pbkdf2};
use rquickjs::{Array, Ctx, Function, IntoJs, Object, String as JsString, TypedArray, Value as Js};
use serde_json::{Value, json};
use url::Url;

use super::bytes::{decode, encode, json_of, text_of};
use super::fault::{fault_of, is_full, place_in};
use super::part;
use super::records::Records;
use crate::sandbox::compile::Columns;
use crate::sandbox::md5;
use crate::sandbox::outcome::Settled;

type Text<'js> = JsString<'js>;
type Bytes<'js> = TypedArray<'js, u8>;

/// The object for the host scripts.
pub(super) fn object<'js>(
    ctx: &Ctx<'js>,
    records: &Rc<Records>,
    columns: &Rc<Columns>,
) -> rquickjs::Result<Object<'js>> {
    let host = Object::new(ctx.clone())?;
    host.set("now", records.job().world.now as f64)?;
    recording(ctx, &host, records, columns)?;
    pure(ctx, &host)?;
    Ok(host)
}

/// What writes records, or answers out of the run's world.
fn recording<'js>(
    ctx: &Ctx<'js>,
    host: &Object<'js>,
    records: &Rc<Records>,
    columns: &Rc<Columns>,
) -> rquickjs::Result<()> {
    let make = |name: &str, f: Function<'js>| host.set(name, f);
    let r = records.clone();
    make("random", Function::new(ctx.clone(), move || r.random())?)?;
    let r = records.clone();
    make("began", Function::new(ctx.clone(), move || r.began())?)?;
    let r = records.clone();
    make(
        "log",
        Function::new(ctx.clone(), move |ctx: Ctx<'js>, level: Text<'js>, text: Text<'js>| {
            r.log(&text_of(&ctx, &level), &text_of(&ctx, &text));
        })?,
    )?;
    let (r, at) = (records.clone(), columns.clone());
    make(
        "answer",
        Function::new(
            ctx.clone(),
            move |ctx: Ctx<'js>, kind: Text<'js>, json: Text<'js>, stack: Text<'js>| {
                let place = place_in(&text_of(&ctx, &stack), &at);
                r.answer(text_of(&ctx, &kind) == "error", &text_of(&ctx, &json), place);
            },
        )?,
    )?;
    let (r, at) = (records.clone(), columns.clone());
    make(
        "settled",
        Function::new(
            ctx.clone(),
            move |ctx: Ctx<'js>, well: bool, reason: rquickjs::function::Opt<Js<'js>>| {
                let reason = reason.0.unwrap_or_else(|| Js::new_undefined(ctx.clone()));
                let settled = if well {
                    Settled::Returned
                } else {
                    Settled::Threw(fault_of(&ctx, reason, &at))
                };
                r.settled(settled);
            },
        )?,
    )?;
    let r = records.clone();
    make(
        "api",
        Function::new(ctx.clone(), move |ctx: Ctx<'js>, path: Text<'js>, args: Array<'js>| {
            r.api(text_of(&ctx, &path), arguments(&ctx, &args));
        })?,
    )?;
    let r = records.clone();
    make(
        "call",
        Function::new(ctx.clone(), move |ctx: Ctx<'js>, path: Text<'js>, args: Array<'js>| {
            r.call(text_of(&ctx, &path), arguments(&ctx, &args))
        })?,
    )?;
    let r = records.clone();
    make("passed", Function::new(ctx.clone(), move |call: i32| r.passed(call))?)?;
    let r = records.clone();
    make("waits", Function::new(ctx.clone(), move |call: i32, open: bool| r.waits(call, open))?)?;
    let r = records.clone();
    make("used", Function::new(ctx.clone(), move |call: i32| r.used(call))?)?;
    let r = records.clone();
    make("answered", Function::new(ctx.clone(), move |request: i32| r.answered(request))?)?;
    let r = records.clone();
    make("outOfMemory", Function::new(ctx.clone(), move || r.out_of_memory())?)?;
    make("caught", caught(ctx, records)?)?;
    let r = records.clone();
    make(
        "declared",
        Function::new(ctx.clone(), move |ctx: Ctx<'js>, name: Text<'js>| {
            r.job().world.modules.contains_key(&text_of(&ctx, &name))
        })?,
    )?;
    let r = records.clone();
    make(
        "answerOf",
        Function::new(
            ctx.clone(),
            move |ctx: Ctx<'js>, module: Text<'js>, path: Text<'js>, made: i32| {
                let found = r.answer_of(&text_of(&ctx, &module), &text_of(&ctx, &path), made);
                or_null(&ctx, found)
            },
        )?,
    )?;
    let r = records.clone();
    make(
        "http",
        Function::new(
            ctx.clone(),
            move |ctx: Ctx<'js>,
                  method: Text<'js>,
                  url: Text<'js>,
                  headers: Text<'js>,
                  body: Text<'js>| {
                r.http(
                    &text_of(&ctx, &method),
                    &text_of(&ctx, &url),
                    &text_of(&ctx, &headers),
                    &text_of(&ctx, &body),
                )
            },
        )?,
    )?;
    Ok(())
}

/// What is shown the errors that code catches.
pub(super) fn caught<'js>(
    ctx: &Ctx<'js>,
    records: &Rc<Records>,
) -> rquickjs::Result<Function<'js>> {
    let records = records.clone();
    Function::new(ctx.clone(), move |ctx: Ctx<'js>, reason: rquickjs::function::Opt<Js<'js>>| {
        if let Some(reason) = reason.0 {
            records.seen(is_full(&ctx, &reason), reason.is_null());
        }
    })
}

/// What only computes.
fn pure<'js>(ctx: &Ctx<'js>, host: &Object<'js>) -> rquickjs::Result<()> {
    let make = |name: &str, f: Function<'js>| host.set(name, f);
    make(
        "part",
        Function::new(ctx.clone(), |ctx: Ctx<'js>, name: Text<'js>| {
            ctx.eval::<Js<'js>, _>(part(&text_of(&ctx, &name)))
        })?,
    )?;
    make(
        "encode",
        Function::new(ctx.clone(), |ctx: Ctx<'js>, text: Text<'js>, encoding: Text<'js>| {
            array(&ctx, encode(&text_of(&ctx, &text), &text_of(&ctx, &encoding)))
        })?,
    )?;
    make(
        "decodeText",
        Function::new(ctx.clone(), |ctx: Ctx<'js>, bytes: Bytes<'js>, encoding: Text<'js>| {
            rquickjs::Result::Ok(decode(&bytes_of(&bytes)?, &text_of(&ctx, &encoding)))
        })?,
    )?;
    make(
        "percentDecode",
        Function::new(ctx.clone(), |ctx: Ctx<'js>, text: Text<'js>| {
            String::from_utf8_lossy(&percent_decode(&text_of(&ctx, &text))).into_owned()
        })?,
    )?;
    make(
        "hash",
        Function::new(ctx.clone(), |ctx: Ctx<'js>, name: Text<'js>, data: Bytes<'js>| {
            let data = bytes_of(&data)?;
            let digest = match digest_of(&text_of(&ctx, &name)) {
                Some(algorithm) => digest::digest(algorithm, &data).as_ref().to_vec(),
                None => md5::digest(&data).to_vec(),
            };
            array(&ctx, digest)
        })?,
    )?;
    make(
        "hmac",
        Function::new(
            ctx.clone(),
            |ctx: Ctx<'js>, name: Text<'js>, key: Bytes<'js>, data: Bytes<'js>| {
                let algorithm = match text_of(&ctx, &name).as_str() {
                    "sha1" => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
                    "sha384" => hmac::HMAC_SHA384,
                    "sha512" => hmac::HMAC_SHA512,
                    _ => hmac::HMAC_SHA256,
                };
                let key = hmac::Key::new(algorithm, &bytes_of(&key)?);
                array(&ctx, hmac::sign(&key, &bytes_of(&data)?).as_ref().to_vec())
            },
        )?,
    )?;
    make(
        "pbkdf2",
        Function::new(
            ctx.clone(),
            |ctx: Ctx<'js>,
             name: Text<'js>,
             password: Bytes<'js>,
             salt: Bytes<'js>,
             rounds: u32,
             length: usize| {
                let algorithm = match text_of(&ctx, &name).as_str() {
                    "sha1" => pbkdf2::PBKDF2_HMAC_SHA1,
                    "sha384" => pbkdf2::PBKDF2_HMAC_SHA384,
                    "sha512" => pbkdf2::PBKDF2_HMAC_SHA512,
                    _ => pbkdf2::PBKDF2_HMAC_SHA256,
                };
                let mut out = vec![0; length.min(1 << 16)];
                let rounds = NonZeroU32::new(rounds).unwrap_or(NonZeroU32::MIN);
                pbkdf2::derive(
                    algorithm,
                    rounds,
                    &bytes_of(&salt)?,
                    &bytes_of(&password)?,
                    &mut out,
                );
                array(&ctx, out)
            },
        )?,
    )?;
    make(
        "url",
        Function::new(ctx.clone(), |ctx: Ctx<'js>, text: Text<'js>, base: Option<Text<'js>>| {
            let base = base.map(|base| Url::parse(&text_of(&ctx, &base)));
            let parsed = match &base {
                Some(Err(_)) => return or_null(&ctx, None),
                Some(Ok(base)) => base.join(&text_of(&ctx, &text)),
                None => Url::parse(&text_of(&ctx, &text)),
            };
            or_null(&ctx, parsed.ok().map(|url| parts(&url)))
        })?,
    )?;
    make(
        "urlSet",
        Function::new(
            ctx.clone(),
            |ctx: Ctx<'js>, href: Text<'js>, name: Text<'js>, value: Text<'js>| {
                let (name, value) = (text_of(&ctx, &name), text_of(&ctx, &value));
                let url = Url::parse(&text_of(&ctx, &href)).ok();
                or_null(&ctx, url.and_then(|url| with(url, &name, &value)).map(|url| parts(&url)))
            },
        )?,
    )?;
    Ok(())
}

/// Arguments as they are now. What has no JSON is null, what can't be written
/// is named.
fn arguments<'js>(ctx: &Ctx<'js>, args: &Array<'js>) -> Vec<Value> {
    let mut all = Vec::new();
    for at in 0..args.len().min(100) {
        let value = args.get::<Js<'js>>(at);
        let Ok(value) = value else {
            ctx.catch();
            continue;
        };
        let written = json_of(ctx, &value);
        all.push(match written {
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
    all
}

fn or_null<'js>(ctx: &Ctx<'js>, text: Option<String>) -> rquickjs::Result<Js<'js>> {
    match text {
        Some(text) => text.into_js(ctx),
        None => Ok(Js::new_null(ctx.clone())),
    }
}

fn array<'js>(ctx: &Ctx<'js>, bytes: Vec<u8>) -> rquickjs::Result<Bytes<'js>> {
    TypedArray::new_copy(ctx.clone(), bytes)
}

fn bytes_of(bytes: &Bytes<'_>) -> rquickjs::Result<Vec<u8>> {
    let object = bytes.as_object();
    (0..bytes.len())
        .map(|at| object.get::<u32, u8>(u32::try_from(at).unwrap_or(u32::MAX)))
        .collect()
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

fn percent_decode(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    let (mut out, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while let Some(byte) = bytes.get(at) {
        match (byte, digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                out.push((high * 16 + low) as u8);
                at += 3;
            }
            _ => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    out
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
