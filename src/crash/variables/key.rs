//! Keys of maps, which JSON has as texts alone.

use std::fmt::Display;

use serde::ser::{Serialize, Serializer};

use super::error::Error;
use super::serializer::Items;
use super::writer::{Kind, Writer};

/// Writes one key: plain values as their text, and all others as the text of their JSON.
pub(super) struct Key<'w, 'a>(pub(super) &'w mut Writer<'a>);

type Result<T = ()> = std::result::Result<T, Error>;

impl<'w, 'a> Key<'w, 'a> {
    fn begin(self, kind: Kind, variant: &'static str) -> Result<Items<'w, 'a>> {
        self.0.begin_key(kind, variant)?;
        Ok(Items(self.0))
    }
}

macro_rules! plain {
    ($($name:ident: $of:ty),*) => {
        $(fn $name(self, value: $of) -> Result {
            self.0.shown(&value)
        })*
    };
}

impl<'w, 'a> Serializer for Key<'w, 'a> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Items<'w, 'a>;
    type SerializeTuple = Items<'w, 'a>;
    type SerializeTupleStruct = Items<'w, 'a>;
    type SerializeTupleVariant = Items<'w, 'a>;
    type SerializeMap = Items<'w, 'a>;
    type SerializeStruct = Items<'w, 'a>;
    type SerializeStructVariant = Items<'w, 'a>;

    plain! {
        serialize_bool: bool, serialize_char: char, serialize_f32: f32, serialize_f64: f64,
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
        serialize_i128: i128, serialize_u8: u8, serialize_u16: u16, serialize_u32: u32,
        serialize_u64: u64, serialize_u128: u128
    }

    fn serialize_str(self, value: &str) -> Result {
        self.0.string(value)
    }

    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Result {
        self.0.shown(value)
    }

    fn serialize_bytes(self, value: &[u8]) -> Result {
        self.0.bytes(value)
    }

    fn serialize_none(self) -> Result {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result {
        self.0.wrapped(|writer| value.serialize(Key(writer)))
    }

    fn serialize_unit(self) -> Result {
        self.0.put(b"\"null\"")
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result {
        self.0.name(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result {
        self.serialize_some(value)
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
}
