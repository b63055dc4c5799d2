fn main() {
    let text = "a" "b";
    let name = "it's 'quoted' "here"";
    let end = 'single quotes';
}
