struct Machine {
    state: u8,
}

impl Machine {
    fn start(&mut self) {
        if self.state == 0 {
            self.state = 1;

    }

    fn stop(&mut self) {
        self.state = 0;
    }
}

fn main() {
