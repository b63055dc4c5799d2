fn start() {}
