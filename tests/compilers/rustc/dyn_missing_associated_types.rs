trait Graph {
    type Node;
    type Edge;
    fn edges(&self, node: &Self::Node) -> Vec<Self::Edge>;
}

fn walk(graph: &dyn Graph) {}

fn next(iterator: Box<dyn Iterator>) {}

fn both(value: Box<dyn Graph<Node = u8, Edge = u8> + Iterator<Item = u8>>) {}

fn main() {}
