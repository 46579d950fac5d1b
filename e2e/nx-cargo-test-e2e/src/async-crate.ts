import type { ChangingCrate } from './changing-crate';
import { moduleOf } from './rust-module';

/** Futures, named and behind `dyn`. */
export const ASYNC_CRATE: ChangingCrate = {
  name: 'awaiting',
  crate: {
    files: {
      'src/lib.rs': [
        `use std::future::Future;
use std::pin::{pin, Pin};
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll, RawWaker, RawWakerVTable, Waker};

static NO_OP: RawWakerVTable = RawWakerVTable::new(|_| raw(), |_| {}, |_| {}, |_| {});

fn raw() -> RawWaker {
    RawWaker::new(std::ptr::null(), &NO_OP)
}

pub fn poll_once<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    let waker = unsafe { Waker::from_raw(raw()) };
    future.poll(&mut Context::from_waker(&waker))
}

pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(value) = poll_once(future.as_mut()) {
            return value;
        }
    }
}

#[derive(Default)]
pub struct Yielded(bool);

impl Future for Yielded {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }
}

pub async fn fetched(n: u32) -> u32 {
    Yielded::default().await;
    n + 20
}

pub async fn totalled(n: u32) -> u32 {
    fetched(n).await + fetched(n + 1).await
}

pub async fn apart(n: u32) -> u32 {
    Yielded::default().await;
    n * 3
}

pub type Job = Pin<Box<dyn Future<Output = u32>>>;

pub fn short_job() -> Job {
    Box::pin(async {
        Yielded::default().await;
        7
    })
}

pub fn long_job() -> Job {
    Box::pin(async {
        Yielded::default().await;
        70
    })
}

pub static CANCELLED: AtomicU32 = AtomicU32::new(0);

struct Guard;

impl Drop for Guard {
    fn drop(&mut self) {
        CANCELLED.fetch_add(1, Ordering::SeqCst);
    }
}

pub async fn guarded() {
    let _guard = Guard;
    Yielded::default().await;
}
`,
        moduleOf('fetch', 'assert_eq!(crate::block_on(crate::fetched(5)), 25);'),
        moduleOf('total', 'assert!(crate::block_on(crate::totalled(5)) > 40);'),
        moduleOf('apart', 'assert_eq!(crate::block_on(crate::apart(5)), 15);'),
        moduleOf('short', 'assert_eq!(crate::block_on(crate::short_job()), 7);'),
        moduleOf('long', 'assert_eq!(crate::block_on(crate::long_job()), 70);'),
        moduleOf(
          'cancelled',
          'let mut future = Box::pin(crate::guarded());\n        assert!(crate::poll_once(future.as_mut()).is_pending());\n        drop(future);\n        assert_eq!(crate::CANCELLED.load(std::sync::atomic::Ordering::SeqCst), 1);',
        ),
      ].join(''),
    },
  },
  tests: ['apart', 'cancelled', 'fetch', 'long', 'short', 'total'].map(
    (module) => `${module}::holds`,
  ),
  changes: [
    {
      name: 'the body of an async fn',
      edits: [{ file: 'src/lib.rs', find: 'n + 20', replace: 'n + 21' }],
      executed: ['fetch::holds', 'total::holds'],
      fails: ['fetch::holds'],
    },
    {
      name: 'an async block behind dyn Future',
      edits: [{ file: 'src/lib.rs', find: '        7\n', replace: '        8\n' }],
      executed: ['short::holds'],
      fails: ['short::holds'],
    },
    {
      name: 'one more await in an async block behind dyn Future',
      edits: [
        {
          file: 'src/lib.rs',
          find: '        70\n',
          replace: '        Yielded::default().await;\n        70\n',
        },
      ],
      executed: ['long::holds'],
    },
    {
      name: 'what a future drops that is given up half way',
      edits: [{ file: 'src/lib.rs', find: 'fetch_add(1,', replace: 'fetch_add(2,' }],
      executed: ['cancelled::holds'],
      fails: ['cancelled::holds'],
    },
  ],
};
