/** How many mebibytes a test keeps for good that calls {@link KEEP}. */
export const KEPT_MEBIBYTES = 32;
/** Names the control group that such tests enter first, if it is set. */
export const GROUP_VARIABLE = 'E2E_MEMORY_GROUP';

/** The Rust function `keep`, which takes memory and never gives it back. */
export const KEEP = `fn keep() {
    static ENTERED: std::sync::Once = std::sync::Once::new();
    if let Ok(group) = std::env::var("${GROUP_VARIABLE}") {
        ENTERED.call_once(|| {
            let own = std::process::id().to_string();
            std::fs::write(format!("{group}/cgroup.procs"), own).unwrap();
            // Until whoever watches has seen it.
            std::thread::sleep(std::time::Duration::from_millis(700));
        });
    }
    std::mem::forget(vec![1u8; ${KEPT_MEBIBYTES} << 20]);
}
`;
