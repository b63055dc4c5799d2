trait Storable {}
trait Indexed {}

struct Entry<T>(T);
struct Page<T>(Vec<T>);
struct Book<T>(Box<T>);
struct Secret;

impl<T> Storable for Entry<T> where T: Indexed {}
impl<T> Storable for Page<T> where Entry<T>: Storable {}
impl<T> Storable for Book<T> where Page<T>: Storable {}

impl Indexed for u8 {}
impl Indexed for u16 {}
impl Indexed for String {}

fn save<T>(value: T)
where
    T: Storable,
{
    drop(value);
}

fn main() {
    save(Book(Box::new(Secret)));
}
