//! The `serde` serializer. It writes each value as `serde_json` would, within the limits.

use std::fmt::Display;

use serde::ser::{self, Serialize, Serializer};

use super::error::SerializeError;
use super::writer::{ContainerKind, JsonWriter, MAX_SKIPPED};

/// Writes one value, or one key of a map. A key in JSON is a string, so a scalar key is written as its text, and a
/// container as its JSON in a string.
pub(super) struct JsonSerializer<'w, 'a> {
    writer: &'w mut JsonWriter<'a>,
    is_key: bool,
}

/// Writes the items of a container.
pub(super) struct ContainerSerializer<'w, 'a>(&'w mut JsonWriter<'a>);

type Result<T = ()> = std::result::Result<T, SerializeError>;

impl<'w, 'a> JsonSerializer<'w, 'a> {
    pub(super) const fn value(writer: &'w mut JsonWriter<'a>) -> Self {
        Self { writer, is_key: false }
    }

    const fn key(writer: &'w mut JsonWriter<'a>) -> Self {
        Self { writer, is_key: true }
    }

    fn begin(
        self,
        kind: ContainerKind,
        variant: &'static str,
    ) -> Result<ContainerSerializer<'w, 'a>> {
        match self.is_key {
            true => self.writer.begin_key(kind, variant)?,
            false => self.writer.begin(kind, variant)?,
        }
        Ok(ContainerSerializer(self.writer))
    }

    /// Writes a number or `bool`, whose text is valid JSON.
    fn number(self, value: impl Display) -> Result {
        match self.is_key {
            true => self.writer.display(&value),
            false => self.writer.put_display(value),
        }
    }

    /// Writes the content of a `Some` or newtype, which are not visible in JSON.
    fn wrapped<T: Serialize + ?Sized>(self, value: &T) -> Result {
        let is_key = self.is_key;
        self.writer.wrapped(|writer| value.serialize(JsonSerializer { writer, is_key }))
    }

    /// Writes a container: the items within the limits, and how many more there are. If the iterator does not know its
    /// length, at most a tenth of [`MAX_SKIPPED`] items are counted.
    fn container<T>(
        self,
        kind: ContainerKind,
        mut items: impl Iterator<Item = T>,
        mut write: impl FnMut(&mut ContainerSerializer<'w, 'a>, T) -> Result,
    ) -> Result {
        let mut container = self.begin(kind, "")?;
        while container.0.can_write() {
            let Some(item) = items.next() else { return container.0.close() };
            write(&mut container, item)?;
        }
        match items.size_hint() {
            (min, Some(max)) if min == max => container.0.skip(min as u64, false),
            _ => {
                let mut count = 0;
                let is_exact = loop {
                    match items.next() {
                        None => break true,
                        Some(_) if count < MAX_SKIPPED / 10 => count += 1,
                        Some(_) => break false,
                    }
                };
                container.0.skip((count + usize::from(!is_exact)) as u64, !is_exact);
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

impl<'w, 'a> Serializer for JsonSerializer<'w, 'a> {
    type Ok = ();
    type Error = SerializeError;
    type SerializeSeq = ContainerSerializer<'w, 'a>;
    type SerializeTuple = ContainerSerializer<'w, 'a>;
    type SerializeTupleStruct = ContainerSerializer<'w, 'a>;
    type SerializeTupleVariant = ContainerSerializer<'w, 'a>;
    type SerializeMap = ContainerSerializer<'w, 'a>;
    type SerializeStruct = ContainerSerializer<'w, 'a>;
    type SerializeStructVariant = ContainerSerializer<'w, 'a>;

    numbers! {
        serialize_bool: bool, serialize_i8: i8, serialize_i16: i16, serialize_i32: i32,
        serialize_i64: i64, serialize_u8: u8, serialize_u16: u16, serialize_u32: u32,
        serialize_u64: u64
    }

    /// A number that needs more than 64 bits is written as a string, because readers of JSON would round it.
    fn serialize_i128(self, value: i128) -> Result {
        match i64::try_from(value) {
            Ok(value) => self.number(value),
            Err(_) => self.writer.display(&value),
        }
    }

    fn serialize_u128(self, value: u128) -> Result {
        match u64::try_from(value) {
            Ok(value) => self.number(value),
            Err(_) => self.writer.display(&value),
        }
    }

    /// JSON has no infinity and no NaN, so they are written as strings.
    fn serialize_f32(self, value: f32) -> Result {
        if value.is_finite() && !self.is_key {
            self.number(format_args!("{value:?}"))
        } else {
            self.writer.display(&value)
        }
    }

    fn serialize_f64(self, value: f64) -> Result {
        if value.is_finite() && !self.is_key {
            self.number(format_args!("{value:?}"))
        } else {
            self.writer.display(&value)
        }
    }

    fn serialize_char(self, value: char) -> Result {
        self.writer.string(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result {
        self.writer.string(value)
    }

    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Result {
        self.writer.display(value)
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
        let mut items = self.begin(ContainerKind::Map, "")?;
        items.pair(|writer| writer.name(variant), value)?;
        items.0.close()
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self::SerializeSeq> {
        self.begin(ContainerKind::List, "")
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple> {
        self.begin(ContainerKind::List, "")
    }

    fn serialize_tuple_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleStruct> {
        self.begin(ContainerKind::List, "")
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant> {
        self.begin(ContainerKind::VariantList, variant)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap> {
        self.begin(ContainerKind::Map, "")
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeStruct> {
        self.begin(ContainerKind::Map, "")
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant> {
        self.begin(ContainerKind::VariantMap, variant)
    }

    /// Unlike the default implementation, this neither visits every item of a long sequence nor hangs on an endless
    /// one.
    fn collect_seq<I>(self, items: I) -> Result
    where
        I: IntoIterator,
        I::Item: Serialize,
    {
        self.container(ContainerKind::List, items.into_iter(), |container, item| {
            container.element(&item)
        })
    }

    fn collect_map<K, V, I>(self, items: I) -> Result
    where
        K: Serialize,
        V: Serialize,
        I: IntoIterator<Item = (K, V)>,
    {
        self.container(ContainerKind::Map, items.into_iter(), |container, (key, value)| {
            ser::SerializeMap::serialize_entry(container, &key, &value)
        })
    }
}

impl ContainerSerializer<'_, '_> {
    fn element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result {
        if self.0.item()? { self.value(value) } else { Ok(()) }
    }

    /// Writes a value. If that fails, writes its error instead, so that the other items are not lost.
    fn value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result {
        let checkpoint = self.0.checkpoint();
        let result = value.serialize(JsonSerializer::value(self.0));
        self.0.or_error(checkpoint, result)
    }

    fn pair<T: Serialize + ?Sized>(
        &mut self,
        key: impl FnOnce(&mut JsonWriter<'_>) -> Result,
        value: &T,
    ) -> Result {
        if !self.0.item()? {
            return Ok(());
        }
        let checkpoint = self.0.checkpoint();
        let result = key(self.0);
        self.0.or_error_key(checkpoint, result)?;
        self.0.put(b":")?;
        self.value(value)
    }
}

macro_rules! lists {
    ($($of:ident: $name:ident),*) => {
        $(impl ser::$of for ContainerSerializer<'_, '_> {
            type Ok = ();
            type Error = SerializeError;

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
        $(impl ser::$of for ContainerSerializer<'_, '_> {
            type Ok = ();
            type Error = SerializeError;

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

impl ser::SerializeMap for ContainerSerializer<'_, '_> {
    type Ok = ();
    type Error = SerializeError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result {
        if self.0.item()? {
            let checkpoint = self.0.checkpoint();
            let result = key.serialize(JsonSerializer::key(self.0));
            self.0.or_error_key(checkpoint, result)?;
            self.0.put(b":")?;
            self.0.set_value_pending(true);
        }
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result {
        if self.0.set_value_pending(false) { self.value(value) } else { Ok(()) }
    }

    fn serialize_entry<K: Serialize + ?Sized, V: Serialize + ?Sized>(
        &mut self,
        key: &K,
        value: &V,
    ) -> Result {
        self.pair(|writer| key.serialize(JsonSerializer::key(writer)), value)
    }

    fn end(self) -> Result {
        self.0.close()
    }
}
