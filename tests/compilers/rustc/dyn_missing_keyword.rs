trait Plugin {
    fn run(&self);
}

struct Host {
    plugins: Vec<Box<Plugin>>,
}

fn first(plugin: &Plugin) {
    plugin.run();
}

fn main() {}
