//! The clock that ends calls: it ticks while any is running.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use wasmtime::Engine;

/// Advances the engine's epoch while calls are running, and sleeps while none is.
pub(super) struct Ticker(Arc<Ticks>);

#[derive(Default)]
struct Ticks {
    state: Mutex<Running>,
    woken: Condvar,
}

#[derive(Default)]
struct Running {
    calls: usize,
    /// Whether the ticker has to be woken for the first of them.
    is_asleep: bool,
    over: bool,
}

impl Ticker {
    const TICK: Duration = Duration::from_millis(10);

    pub(super) fn start(engine: Engine) -> Self {
        let ticks = Arc::new(Ticks::default());
        let shared = Arc::clone(&ticks);
        thread::spawn(move || {
            let mut state = shared.lock();
            while !state.over {
                if state.calls == 0 {
                    state.is_asleep = true;
                    state = shared.woken.wait(state).unwrap_or_else(PoisonError::into_inner);
                    state.is_asleep = false;
                } else {
                    drop(state);
                    thread::sleep(Self::TICK);
                    engine.increment_epoch();
                    state = shared.lock();
                }
            }
        });
        Self(ticks)
    }

    /// Ticks until the guard is dropped.
    pub(super) fn tick(&self) -> Ticking<'_> {
        let mut state = self.0.lock();
        state.calls += 1;
        let wakes = state.is_asleep;
        drop(state);
        if wakes {
            self.0.woken.notify_one();
        }
        Ticking(&self.0)
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.0.lock().over = true;
        self.0.woken.notify_one();
    }
}

impl Ticks {
    fn lock(&self) -> MutexGuard<'_, Running> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) struct Ticking<'t>(&'t Ticks);

impl Drop for Ticking<'_> {
    fn drop(&mut self) {
        self.0.lock().calls -= 1;
    }
}
