//! Every way for a module to get its source.
mod r#type {
    #[test]
    fn r#fn() {}
    #[test]
    fn r#plain() {}
}
mod plain;
mod with_mod_rs;
mod inline {
    #[path = "renamed.rs"]
    mod moved;
    mod deep;
    #[path = "elsewhere"]
    mod folder {
        mod leaf;
    }
}
#[path = "odd/place.rs"]
mod placed;
include!("included/extra.rs");

#[cfg(test)]
mod tests {
    #[test]
    fn at_root() {}
}
