enum State {
    Ready(Option<u32>),
    Done,
}

fn main() {
    let mut state = State::Ready(Some(1));
    match state {
        State::Done => {}
        State::Ready(_) if {
            state = State::Done;
            true
        } => {}
        State::Ready(ref mut count) if count.take().is_some() => {}
        State::Ready(..) => {}
    }
}
