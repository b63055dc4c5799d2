struct Nested {
    inner: Option<Nested>,
}

type Alias = Other;
type Other = Vec<Alias>;

trait Base: Derived {}
trait Derived: Base {}

fn main() {}
