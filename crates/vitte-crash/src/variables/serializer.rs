//! What `serde` asks for: each kind of value as `serde_json` would write it, within limits.

use std::fmt::Display;

use serde::ser::{self, Serialize, Serializer};

use super::error::Error;
use super::writer::{Kind, VISITS, Writer};

/// Writes one value, or one key of a map: JSON has these as texts alone, so that plain ones are written as their
/// text, and all others as the text of their JSON.
pub(super) struct Json<'w, 'a> {
    writer: &'w mut Writer<'a>,
    is_key: bool,
}

/// Writes the items of a container.
pub(super) struct Items<'w, 'a>(&'w mut Writer<'a>);

type Result<T = ()> = std::result::Result<T, Error>;

impl<'w, 'a> Json<'w, 'a> {
    /// Writes a value.
    pub(super) const fn value(writer: &'w mut Writer<'a>) -> Self {
        Self { writer, is_key: false }
    }

    const fn key(writer: &'w mut Writer<'a>) -> Self {
        Self { writer, is_key: true }
    }

    fn begin(self, kind: Kind, variant: &'static str) -> Result<Items<'w, 'a>> {
        match self.is_key {
            true => self.writer.begin_key(kind, variant)?,
            false => self.writer.begin(kind, variant)?,
        }
        Ok(Items(self.writer))
    }

    /// A number that JSON and all that read it have as they are.
    fn number(self, value: impl Display) -> Result {
        match self.is_key {
            true => self.writer.shown(&value),
            false => self.writer.put_shown(value),
        }
    }

    /// What is inside of another value and looks as if it stood alone.
    fn wrapped<T: Serialize + ?Sized>(self, value: &T) -> Result {
        let is_key = self.is_key;
        self.writer.wrapped(|writer| value.serialize(Json { writer, is_key }))
    }

    /// All items that can be written; those behind them are counted, as far as that is cheap.
    fn all<T>(
        self,
        kind: Kind,
        mut items: impl Iterator<Item = T>,
        mut write: impl FnMut(&mut Items<'w, 'a>, T) -> Result,
    ) -> Result {
        let mut container = self.begin(kind, "")?;
        while container.0.can_write() {
            let Some(item) = items.next() else { return container.0.close() };
            write(&mut container, item)?;
        }
        match items.size_hint() {
            (least, Some(most)) if least == most => container.0.skip(least as u64, false),
            _ => {
                let mut count = 0;
                let is_over = loop {
                    match items.next() {
                        None => break true,
                        Some(_) if count < VISITS / 10 => count += 1,
                        Some(_) => break false,
                    }
                };
                container.0.skip((count + usize::from(!is_over)) as u64, !is_over);
            }
        }
        container.0.close()
    }
}

macro_rules! numbers {
    ($($name:ident: $of:ty),*) => {
        $(fn $name(self, value: $of) -> Result {
            self.number(value)
        })*
    };
}

impl<'w, 'a> Serializer for Json<'w, 'a> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Items<'w, 'a>;
    type SerializeTuple = Items<'w, 'a>;
    type SerializeTupleStruct = Items<'w, 'a>;
    type SerializeTupleVariant = Items<'w, 'a>;
    type SerializeMap = Items<'w, 'a>;
    type SerializeStruct = Items<'w, 'a>;
    type SerializeStructVariant = Items<'w, 'a>;

    numbers! {
        serialize_bool: bool, serialize_i8: i8, serialize_i16: i16, serialize_i32: i32,
        serialize_i64: i64, serialize_u8: u8, serialize_u16: u16, serialize_u32: u32,
        serialize_u64: u64
    }

    /// What needs more than 64 bits is a text: a reader would round it.
    fn serialize_i128(self, value: i128) -> Result {
        match i64::try_from(value) {
            Ok(value) => self.number(value),
            Err(_) => self.writer.shown(&value),
        }
    }

    fn serialize_u128(self, value: u128) -> Result {
        match u64::try_from(value) {
            Ok(value) => self.number(value),
            Err(_) => self.writer.shown(&value),
        }
    }

    /// What is no number for JSON is a text.
    fn serialize_f32(self, value: f32) -> Result {
        if value.is_finite() && !self.is_key {
            self.number(format_args!("{value:?}"))
        } else {
            self.writer.shown(&value)
        }
    }

    fn serialize_f64(self, value: f64) -> Result {
        if value.is_finite() && !self.is_key {
            self.number(format_args!("{value:?}"))
        } else {
            self.writer.shown(&value)
        }
    }

    fn serialize_char(self, value: char) -> Result {
        self.writer.string(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result {
        self.writer.string(value)
    }

    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Result {
        self.writer.shown(value)
    }

    fn serialize_bytes(self, value: &[u8]) -> Result {
        self.writer.bytes(value)
    }

    fn serialize_none(self) -> Result {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result {
        self.wrapped(value)
    }

    fn serialize_unit(self) -> Result {
        self.writer.put(if self.is_key { b"\"null\"" } else { b"null" })
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result {
        self.writer.name(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result {
        self.wrapped(value)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result {
        let mut items = self.begin(Kind::Map, "")?;
        items.pair(|writer| writer.name(variant), value)?;
        items.0.close()
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self::SerializeSeq> {
        self.begin(Kind::List, "")
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple> {
        self.begin(Kind::List, "")
    }

    fn serialize_tuple_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleStruct> {
        self.begin(Kind::List, "")
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant> {
        self.begin(Kind::VariantList, variant)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap> {
        self.begin(Kind::Map, "")
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeStruct> {
        self.begin(Kind::Map, "")
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant> {
        self.begin(Kind::VariantMap, variant)
    }

    /// A list that says how long it is need not be gone through, and one without an end is not.
    fn collect_seq<I>(self, items: I) -> Result
    where
        I: IntoIterator,
        I::Item: Serialize,
    {
        self.all(Kind::List, items.into_iter(), |container, item| container.element(&item))
    }

    fn collect_map<K, V, I>(self, items: I) -> Result
    where
        K: Serialize,
        V: Serialize,
        I: IntoIterator<Item = (K, V)>,
    {
        self.all(Kind::Map, items.into_iter(), |container, (key, value)| {
            ser::SerializeMap::serialize_entry(container, &key, &value)
        })
    }
}

impl Items<'_, '_> {
    fn element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result {
        if self.0.item()? { self.value(value) } else { Ok(()) }
    }

    /// A value, or in its place why there is none: what is beside it is written all the same.
    fn value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result {
        let mark = self.0.mark();
        let result = value.serialize(Json::value(self.0));
        self.0.or_error(mark, result)
    }

    fn pair<T: Serialize + ?Sized>(
        &mut self,
        key: impl FnOnce(&mut Writer<'_>) -> Result,
        value: &T,
    ) -> Result {
        if !self.0.item()? {
            return Ok(());
        }
        let mark = self.0.mark();
        let result = key(self.0);
        self.0.or_error_key(mark, result)?;
        self.0.put(b":")?;
        self.value(value)
    }
}

macro_rules! lists {
    ($($of:ident: $name:ident),*) => {
        $(impl ser::$of for Items<'_, '_> {
            type Ok = ();
            type Error = Error;

            fn $name<T: Serialize + ?Sized>(&mut self, value: &T) -> Result {
                self.element(value)
            }

            fn end(self) -> Result {
                self.0.close()
            }
        })*
    };
}

macro_rules! structs {
    ($($of:ident),*) => {
        $(impl ser::$of for Items<'_, '_> {
            type Ok = ();
            type Error = Error;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                key: &'static str,
                value: &T,
            ) -> Result {
                self.pair(|writer| writer.name(key), value)
            }

            fn end(self) -> Result {
                self.0.close()
            }
        })*
    };
}

lists! {
    SerializeSeq: serialize_element, SerializeTuple: serialize_element,
    SerializeTupleStruct: serialize_field, SerializeTupleVariant: serialize_field
}
structs! { SerializeStruct, SerializeStructVariant }

impl ser::SerializeMap for Items<'_, '_> {
    type Ok = ();
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result {
        if self.0.item()? {
            let mark = self.0.mark();
            let result = key.serialize(Json::key(self.0));
            self.0.or_error_key(mark, result)?;
            self.0.put(b":")?;
            self.0.await_value(true);
        }
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result {
        if self.0.await_value(false) { self.value(value) } else { Ok(()) }
    }

    fn serialize_entry<K: Serialize + ?Sized, V: Serialize + ?Sized>(
        &mut self,
        key: &K,
        value: &V,
    ) -> Result {
        self.pair(|writer| key.serialize(Json::key(writer)), value)
    }

    fn end(self) -> Result {
        self.0.close()
    }
}
