trait Pilot {
    fn fly(&self);
    fn name() -> String;
}

trait Bird {
    fn fly(&self);
    fn name() -> String;
}

struct Person;

impl Pilot for Person {
    fn fly(&self) {}
    fn name() -> String {
        String::from("pilot")
    }
}

impl Bird for Person {
    fn fly(&self) {}
    fn name() -> String {
        String::from("bird")
    }
}

fn main() {
    Person.fly();
    Person::name();
    Pilot::name();
}
