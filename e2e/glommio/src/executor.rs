//! The executor: one thread, one ring, many tasks.

pub(crate) mod observe;
pub(crate) mod queue;
pub(crate) mod stall;

use crate::clock;
use crate::sys::{EventFd, Reactor};
use crate::task::arena::{Arena, Key};
use crate::task::Outcome;
use crate::{CpuSet, GlommioError, PollObserver, Result, Task};
use queue::ReadyQueue;
use std::cell::RefCell;
use std::future::{poll_fn, Future};
use std::pin::{pin, Pin};
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::thread;

type LocalFuture = Pin<Box<dyn Future<Output = ()>>>;

thread_local! {
    static CURRENT: RefCell<Option<Rc<State>>> = const { RefCell::new(None) };
}

/// Runs futures on the thread that made it.
pub struct LocalExecutor {
    state: Rc<State>,
}

/// What an executor shares with the tasks that run on it.
pub(crate) struct State {
    name: String,
    /// A task's future is absent while it is being polled.
    tasks: RefCell<Arena<Option<LocalFuture>>>,
    ready: Arc<ReadyQueue>,
    reactor: Rc<Reactor>,
    observer: RefCell<Option<Rc<dyn PollObserver>>>,
}

impl Default for LocalExecutor {
    /// # Panics
    /// If the kernel refuses to set up a ring.
    fn default() -> Self {
        LocalExecutorBuilder::new()
            .make()
            .expect("failed to make an executor")
    }
}

impl LocalExecutor {
    /// The name given to the builder.
    pub fn name(&self) -> &str {
        &self.state.name
    }

    /// Tells `observer` about every poll of a task from now on.
    pub fn observe_polls(&self, observer: Rc<dyn PollObserver>) {
        self.state.observer.replace(Some(observer));
    }

    /// Runs a future to its end, and spawned tasks until then.
    ///
    /// # Panics
    /// If an executor runs on this thread already, or if a task panics.
    pub fn run<T>(&self, future: impl Future<Output = T>) -> T {
        let _running = Running::enter(Rc::clone(&self.state));
        let mut future = pin!(future);
        self.state.ready.schedule(Key::ROOT);
        loop {
            // Tasks made ready meanwhile wait for the next round, so that they
            // cannot keep completions of the ring from being seen.
            for _ in 0..self.state.ready.len() {
                let Some((key, waker)) = self.state.ready.pop() else {
                    break;
                };
                if key != Key::ROOT {
                    self.state.poll_task(key, &waker);
                } else if let Poll::Ready(value) =
                    future.as_mut().poll(&mut Context::from_waker(&waker))
                {
                    return value;
                }
            }
            let may_wait = self.state.ready.len() == 0;
            self.state
                .reactor
                .turn(may_wait)
                .expect("failed to wait for the ring");
        }
    }
}

impl State {
    fn spawn<T: 'static>(self: &Rc<Self>, future: impl Future<Output = T> + 'static) -> Task<T> {
        let outcome = Rc::new(RefCell::new(Outcome::default()));
        let task: LocalFuture = Box::pin({
            let outcome = Rc::clone(&outcome);
            async move {
                let value = future.await;
                outcome.borrow_mut().complete(value);
            }
        });
        let key = self.tasks.borrow_mut().insert(Some(task));
        self.ready.schedule(key);
        Task::new(outcome, Rc::downgrade(self), key)
    }

    fn poll_task(&self, key: Key, waker: &Waker) {
        let taken = self.tasks.borrow_mut().get_mut(key).and_then(Option::take);
        // A task that was cancelled after it was made ready is gone.
        let Some(mut future) = taken else {
            return;
        };
        let observer = self.observer.borrow().clone();
        let started = clock::now();
        let poll = future.as_mut().poll(&mut Context::from_waker(waker));
        if let Some(observer) = observer {
            observer.polled(clock::now() - started);
        }
        if poll.is_ready() {
            self.remove_task(key);
        } else if let Some(place) = self.tasks.borrow_mut().get_mut(key) {
            *place = Some(future);
        }
    }

    pub(crate) fn remove_task(&self, key: Key) {
        let removed = self.tasks.borrow_mut().remove(key);
        // The future's own drop may come back to `tasks`, which is free by now.
        drop(removed);
    }
}

impl Drop for State {
    fn drop(&mut self) {
        let tasks = std::mem::take(self.tasks.get_mut());
        drop(tasks);
    }
}

/// Marks the executor of this thread for as long as it runs.
struct Running;

impl Running {
    fn enter(state: Rc<State>) -> Self {
        CURRENT.with_borrow_mut(|current| {
            assert!(current.is_none(), "an executor runs on this thread already");
            *current = Some(state);
        });
        Self
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        CURRENT.with_borrow_mut(Option::take);
    }
}

fn current() -> Rc<State> {
    CURRENT
        .with_borrow(Option::clone)
        .expect("this needs a running executor")
}

pub(crate) fn current_reactor() -> Rc<Reactor> {
    Rc::clone(&current().reactor)
}

/// Adds a task to the running executor.
///
/// # Panics
/// If no executor runs on this thread.
pub fn spawn_local<T: 'static>(future: impl Future<Output = T> + 'static) -> Task<T> {
    current().spawn(future)
}

/// Lets the other ready tasks run once.
pub async fn yield_now() {
    let mut yielded = false;
    poll_fn(|context| {
        if yielded {
            return Poll::Ready(());
        }
        yielded = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Makes executors.
#[derive(Debug, Clone)]
pub struct LocalExecutorBuilder {
    name: String,
    ring_depth: u32,
    cpus: Option<CpuSet>,
}

impl Default for LocalExecutorBuilder {
    fn default() -> Self {
        Self {
            name: "unnamed".to_owned(),
            ring_depth: 32,
            cpus: None,
        }
    }
}

impl LocalExecutorBuilder {
    /// A builder with the defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// The name of the executor and of its thread. Default: `unnamed`.
    pub fn name(mut self, name: &str) -> Self {
        self.name = name.to_owned();
        self
    }

    /// How many operations the ring takes in one system call. Default: 32.
    pub fn ring_depth(mut self, entries: u32) -> Self {
        self.ring_depth = entries;
        self
    }

    /// The CPUs for a thread made by [`spawn`](Self::spawn). Default: all.
    pub fn cpus(mut self, cpus: CpuSet) -> Self {
        self.cpus = Some(cpus);
        self
    }

    /// Makes an executor for the calling thread.
    ///
    /// # Errors
    /// [`GlommioError::Io`] if the kernel refuses to set up a ring.
    pub fn make(self) -> Result<LocalExecutor> {
        let wake = Arc::new(EventFd::new()?);
        let state = State {
            name: self.name,
            tasks: RefCell::default(),
            ready: Arc::new(ReadyQueue::new(Arc::clone(&wake))),
            reactor: Rc::new(Reactor::new(self.ring_depth, wake)?),
            observer: RefCell::default(),
        };
        Ok(LocalExecutor {
            state: Rc::new(state),
        })
    }

    /// Runs an executor on a thread of its own until the future ends.
    ///
    /// # Errors
    /// [`GlommioError::Io`] if no thread can be started.
    pub fn spawn<F, T>(
        self,
        main: impl FnOnce() -> F + Send + 'static,
    ) -> Result<ExecutorJoinHandle<T>>
    where
        F: Future<Output = T>,
        T: Send + 'static,
    {
        let name = self.name.clone();
        let thread = thread::Builder::new()
            .name(name.clone())
            .spawn(move || {
                if let Some(cpus) = &self.cpus {
                    cpus.pin_this_thread()?;
                }
                Ok(self.make()?.run(main()))
            })
            .map_err(|error| GlommioError::io("start a thread", None, error))?;
        Ok(ExecutorJoinHandle { name, thread })
    }
}

/// An executor that runs on another thread.
#[derive(Debug)]
pub struct ExecutorJoinHandle<T> {
    name: String,
    thread: thread::JoinHandle<Result<T>>,
}

impl<T> ExecutorJoinHandle<T> {
    /// Waits for the end of the executor and returns its future's value.
    ///
    /// # Errors
    /// [`GlommioError::ExecutorPanicked`] if its thread panicked, and what kept
    /// the executor from being made.
    pub fn join(self) -> Result<T> {
        let name = self.name;
        self.thread
            .join()
            .unwrap_or_else(|_| Err(GlommioError::ExecutorPanicked(name)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::join_all;
    use std::cell::Cell;

    #[test]
    fn has_the_name_it_was_given() {
        let executor = LocalExecutorBuilder::new().name("ada").make().unwrap();
        assert_eq!(executor.name(), "ada");
    }

    #[test]
    fn tasks_run_in_the_order_of_their_spawning() {
        let order = Rc::new(RefCell::new(Vec::new()));
        LocalExecutor::default().run(async {
            let note = |number| {
                let order = Rc::clone(&order);
                spawn_local(async move { order.borrow_mut().push(number) })
            };
            join_all(vec![note(1), note(2), note(3)]).await;
        });
        assert_eq!(*order.borrow(), [1, 2, 3]);
    }

    #[test]
    fn yielding_lets_others_run() {
        let ran = Rc::new(Cell::new(false));
        LocalExecutor::default().run(async {
            let task = spawn_local({
                let ran = Rc::clone(&ran);
                async move { ran.set(true) }
            });
            yield_now().await;
            assert!(ran.get());
            task.await;
        });
    }

    #[test]
    fn a_dropped_handle_cancels_its_task() {
        let witness = Rc::new(());
        LocalExecutor::default().run(async {
            let held = Rc::clone(&witness);
            let task = spawn_local(async move {
                std::future::pending::<()>().await;
                drop(held);
            });
            yield_now().await;
            drop(task);
            assert_eq!(Rc::strong_count(&witness), 1);
        });
    }

    #[test]
    fn detached_tasks_are_dropped_with_their_executor() {
        let witness = Rc::new(());
        let executor = LocalExecutor::default();
        executor.run(async {
            let held = Rc::clone(&witness);
            spawn_local(async move {
                std::future::pending::<()>().await;
                drop(held);
            })
            .detach();
        });
        assert_eq!(Rc::strong_count(&witness), 2);
        drop(executor);
        assert_eq!(Rc::strong_count(&witness), 1);
    }

    #[test]
    fn threads_stay_on_their_cpus() {
        let allowed = CpuSet::of_this_thread().unwrap();
        let thread = LocalExecutorBuilder::new()
            .cpus(allowed.clone())
            .spawn(|| async { CpuSet::of_this_thread() })
            .unwrap();
        assert_eq!(thread.join().unwrap().unwrap(), allowed);
    }

    #[test]
    #[should_panic(expected = "this needs a running executor")]
    fn spawning_outside_an_executor_panics() {
        spawn_local(async {}).detach();
    }
}
