use rstest_reuse::{self, *};

#[template]
#[rstest]
#[case(2, 2)]
fn cases(#[case] a: u32, #[case] b: u32) {}

#[export]
#[rstest_reuse::template]
#[rstest(n, case::one(1))]
pub fn shared(n: u32) {}

#[apply(cases)]
fn equal(a: u32, b: u32) {}

mod elsewhere {
    #[apply(super::cases)]
    fn same(a: u32, b: u32) {}

    #[rstest_reuse::apply(crate::shared)]
    #[tokio::test]
    async fn surely(n: u32) {}
}

mod applied {
    #[apply(test!)]
    async fn by_macro() {}
    #[apply(Clone!)]
    fn derived() {}
    #[apply]
    fn bare() {}
    #[template(path = "page.html")]
    #[test]
    fn rendered() {}
}
#[cfg_attr(a, template)]
#[rstest]
fn either() {}
