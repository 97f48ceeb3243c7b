//! The engine and the compiled component, shared by all calls; every call gets an instance of its own.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use wasmtime::component::{Component, Linker};
use wasmtime::{
    Config, Engine, InstanceAllocationStrategy, PoolConcurrencyLimitError, PoolingAllocationConfig, Store, Trap,
    UpdateDeadline,
};

use crate::bindings::{Plugin, PluginPre};
use crate::call::{Call, Imports, MOST_TABLE_ELEMENTS};
use crate::connection::Connection;
use crate::error::HostError;
use crate::session::Session;
use crate::stop::Supervision;
use crate::types::{Advice, DomainRefusal, OauthProfile, SignInFailure};

/// What one call may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Longest time, the org's included. Default: 60 s.
    pub deadline: Duration,
    /// Most linear memory, in bytes. Default: 64 MiB.
    pub memory_bytes: usize,
    /// Largest response of the org, decompressed, in bytes. Default: 8 MiB.
    pub response_bytes: usize,
    /// Largest reply to the caller, in bytes. Default: 1 MiB.
    pub reply_bytes: usize,
    /// Most requests to the org. Default: 50.
    pub requests: u32,
    /// Most fuel, if it is to be counted; counting costs some speed. Default: not counted.
    pub fuel: Option<u64>,
    /// Most calls at once, of all users. Default: 32.
    pub calls: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            deadline: Duration::from_secs(60),
            memory_bytes: 64 * 1024 * 1024,
            response_bytes: 8 * 1024 * 1024,
            reply_bytes: 1024 * 1024,
            requests: 50,
            fuel: None,
            calls: 32,
        }
    }
}

/// What one call has used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// Requests sent to the org.
    pub requests: u32,
    /// Peak linear memory, in bytes.
    pub memory_bytes: usize,
    /// Fuel, when it is counted.
    pub fuel: Option<u64>,
}

/// The plugin, loaded and ready. Cloning shares it.
#[derive(Clone)]
pub struct Host(Arc<Loaded>);

struct Loaded {
    limits: Limits,
    engine: Engine,
    component: Component,
    plugin: PluginPre<Call>,
    ticker: Ticker,
}

impl Host {
    /// Compiles the embedded component. That takes a while: see [`Host::precompile`].
    pub fn new(limits: Limits) -> Result<Self, HostError> {
        Self::from_component(crate::COMPONENT, limits)
    }

    /// Compiles a component that has the world of `wit/`.
    pub fn from_component(component: &[u8], limits: Limits) -> Result<Self, HostError> {
        let engine = engine(&limits).map_err(unloadable)?;
        let component = Component::from_binary(&engine, component).map_err(unloadable)?;
        Self::link(engine, component, limits)
    }

    /// The compiled component, for [`Host::load_precompiled`] on a machine like this one.
    pub fn precompile(&self) -> Result<Vec<u8>, HostError> {
        self.0.component.serialize().map_err(unloadable)
    }

    /// Loads what [`Host::precompile`] gave, with the same version of this library and the same fuel setting.
    ///
    /// # Safety
    ///
    /// The bytes are machine code: they must come from `precompile`, by a way on which nobody could change them.
    #[allow(unsafe_code)] // The caller vouches for the code, for nothing here can check it.
    pub unsafe fn load_precompiled(compiled: &[u8], limits: Limits) -> Result<Self, HostError> {
        let engine = engine(&limits).map_err(unloadable)?;
        // SAFETY: the caller promises that the bytes are what `precompile` gave.
        let component = unsafe { Component::deserialize(&engine, compiled) }.map_err(unloadable)?;
        Self::link(engine, component, limits)
    }

    fn link(engine: Engine, component: Component, limits: Limits) -> Result<Self, HostError> {
        let mut linker = Linker::new(&engine);
        Plugin::add_to_linker::<_, Imports>(&mut linker, |call| call).map_err(unloadable)?;
        let instance = linker.instantiate_pre(&component).map_err(unloadable)?;
        let plugin = PluginPre::new(instance).map_err(unloadable)?;
        let ticker = Ticker::start(engine.clone());
        Ok(Self(Arc::new(Loaded { limits, engine, component, plugin, ticker })))
    }

    /// A session of one user. The connection can be shared between sessions, not between users.
    pub fn session(&self, connection: impl Into<Arc<Connection>>) -> Session {
        Session::new(self.clone(), connection.into())
    }

    /// The origin of an org's REST API, from a domain as people paste it.
    pub fn origin(&self, domain: &str) -> Result<Result<String, DomainRefusal>, HostError> {
        self.without_connection(|plugin, store| plugin.salesforce_plugin_sign_in().call_origin(store, domain))
    }

    /// The OAuth endpoints and scopes of the org at a domain.
    pub fn oauth(&self, domain: &str) -> Result<Result<OauthProfile, DomainRefusal>, HostError> {
        self.without_connection(|plugin, store| plugin.salesforce_plugin_sign_in().call_oauth(store, domain))
    }

    /// What an OAuth failure means.
    pub fn explain(&self, failure: &SignInFailure) -> Result<Advice, HostError> {
        self.without_connection(|plugin, store| plugin.salesforce_plugin_sign_in().call_explain(store, failure))
    }

    /// The interfaces the component imports.
    pub fn imports(&self) -> Vec<String> {
        self.0.component.component_type().imports(&self.0.engine).map(|(name, _)| name.to_owned()).collect()
    }

    /// The interfaces the component exports.
    pub fn exports(&self) -> Vec<String> {
        self.0.component.component_type().exports(&self.0.engine).map(|(name, _)| name.to_owned()).collect()
    }

    /// The limits of every call.
    pub fn limits(&self) -> &Limits {
        &self.0.limits
    }

    fn without_connection<R>(
        &self,
        work: impl FnOnce(&Plugin, &mut Store<Call>) -> wasmtime::Result<R>,
    ) -> Result<R, HostError> {
        self.enter(Arc::new(Connection::none()), Supervision::default(), work).0
    }

    /// Makes a fresh instance, works with it, and drops it.
    pub(crate) fn enter<R>(
        &self,
        connection: Arc<Connection>,
        supervision: Supervision,
        work: impl FnOnce(&Plugin, &mut Store<Call>) -> wasmtime::Result<R>,
    ) -> (Result<R, HostError>, Usage) {
        let loaded = &*self.0;
        let limits = loaded.limits;
        let mut store = Store::new(&loaded.engine, Call::new(connection, limits, supervision.clone()));
        store.limiter(|call| &mut call.memory);
        store.set_hostcall_fuel(limits.memory_bytes);
        let mut ends = Instant::now() + limits.deadline;
        let mut stopping = false;
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(move |_| {
            let now = Instant::now();
            if supervision.is_stopped() && !stopping {
                stopping = true;
                ends = ends.min(now + LAST_WORDS);
            }
            match now >= ends {
                true if stopping => Err(Stopped.into()),
                true => Ok(UpdateDeadline::Interrupt),
                false => Ok(UpdateDeadline::Continue(1)),
            }
        });

        let ticking = loaded.ticker.tick();
        let result = match limits.fuel {
            Some(fuel) => store.set_fuel(fuel),
            None => Ok(()),
        }
        .and_then(|()| loaded.plugin.instantiate(&mut store))
        .and_then(|plugin| work(&plugin, &mut store));
        drop(ticking);

        let usage = Usage {
            requests: store.data().requests,
            memory_bytes: store.data().memory.in_use,
            fuel: limits.fuel.and_then(|fuel| Some(fuel.saturating_sub(store.get_fuel().ok()?))),
        };
        let result = result.map_err(|error| stopped(&error, store.data().memory.refused));
        (result, usage)
    }
}

impl std::fmt::Debug for Host {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Host").field("limits", &self.0.limits).finish_non_exhaustive()
    }
}

/// An engine whose instances come out of a pool, with their memory mapped from the component's image on write.
fn engine(limits: &Limits) -> wasmtime::Result<Engine> {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(limits.calls)
        .total_core_instances(limits.calls * CORE_INSTANCES)
        .total_memories(limits.calls)
        .total_tables(limits.calls * TABLES)
        .table_elements(MOST_TABLE_ELEMENTS)
        .max_memory_size(limits.memory_bytes)
        .max_unused_warm_slots(limits.calls)
        .linear_memory_keep_resident(KEPT_RESIDENT)
        .table_keep_resident(KEPT_RESIDENT);
    let mut config = Config::new();
    config
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool))
        .memory_init_cow(true)
        .epoch_interruption(true)
        .consume_fuel(limits.fuel.is_some())
        .wasm_backtrace_max_frames(None);
    Engine::new(&config)
}

/// `wit-component` makes a module for the guest and two small ones that tie it to its imports.
const CORE_INSTANCES: u32 = 4;
/// One of the guest, one of its ties.
const TABLES: u32 = 2;
/// What is cleared between calls by writing zeroes instead of asking the kernel, in bytes.
const KEPT_RESIDENT: usize = 256 * 1024;

/// What a guest that is asked to stop has left, to say what it did.
const LAST_WORDS: Duration = Duration::from_millis(100);

/// Ends a guest that was asked to stop and did not.
#[derive(Debug, thiserror::Error)]
#[error("the call was stopped")]
struct Stopped;

fn unloadable(error: wasmtime::Error) -> HostError {
    HostError::Load(format!("{error:#}"))
}

/// What stopped a call.
fn stopped(error: &wasmtime::Error, memory_refused: bool) -> HostError {
    if error.downcast_ref::<PoolConcurrencyLimitError>().is_some() {
        return HostError::Busy;
    }
    if error.downcast_ref::<Stopped>().is_some() {
        return HostError::Stopped;
    }
    match error.downcast_ref::<Trap>() {
        Some(Trap::Interrupt) => HostError::Deadline,
        Some(Trap::OutOfFuel) => HostError::Fuel,
        // A guest that is refused memory gives up, by a trap that does not say why.
        _ if memory_refused => HostError::Memory,
        Some(trap) => HostError::Trapped(trap.to_string()),
        None => HostError::Trapped(error.root_cause().to_string()),
    }
}

/// Advances the engine's epoch while calls are running, and sleeps while none is.
struct Ticker(Arc<Ticks>);

#[derive(Default)]
struct Ticks {
    state: Mutex<Running>,
    woken: Condvar,
}

#[derive(Default)]
struct Running {
    calls: usize,
    over: bool,
}

impl Ticker {
    const TICK: Duration = Duration::from_millis(10);

    fn start(engine: Engine) -> Self {
        let ticks = Arc::new(Ticks::default());
        let shared = Arc::clone(&ticks);
        thread::spawn(move || {
            let mut state = shared.lock();
            while !state.over {
                if state.calls == 0 {
                    state = shared.woken.wait(state).unwrap_or_else(PoisonError::into_inner);
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
    fn tick(&self) -> Ticking<'_> {
        self.0.lock().calls += 1;
        self.0.woken.notify_one();
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
    fn lock(&self) -> std::sync::MutexGuard<'_, Running> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Ticking<'t>(&'t Ticks);

impl Drop for Ticking<'_> {
    fn drop(&mut self) {
        self.0.lock().calls -= 1;
    }
}
