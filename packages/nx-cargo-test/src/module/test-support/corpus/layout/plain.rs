mod child;
mod nested {
    mod below;
    #[path = "by_path.rs"]
    mod by_path;
}
#[path = "sibling.rs"]
mod sibling;
#[test]
fn own() {}
