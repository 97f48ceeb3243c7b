//! The engine and the compiled component, shared by all calls; every call gets an instance of its own.

use std::sync::Arc;
use std::time::{Duration, Instant};

use wasmtime::component::{Component, InstancePre, Linker};
use wasmtime::{
    Config, Engine, InstanceAllocationStrategy, PoolConcurrencyLimitError, PoolingAllocationConfig, Store, Trap,
    UpdateDeadline,
};

use crate::bindings::Plugin;
use crate::bindings::exports::salesforce::plugin::sign_in;
use crate::cancel::CallControl;
use crate::connection::Connection;
use crate::engine::call::{Call, Imports, MAX_TABLE_ELEMENTS};
use crate::engine::exports::{Exports, Interface};
use crate::engine::limits::{Limits, Usage};
use crate::engine::own_code::OwnCode;
use crate::engine::ticker::Ticker;
use crate::error::HostError;
use crate::machine_code;
use crate::types::{Advice, DomainRefusal, OauthProfile, SignInFailure};

/// The plugin, loaded and ready. Cloning shares it: a process needs one, whatever the number of its users.
///
/// ```no_run
/// use salesforce_host::{Host, Limits};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let host = Host::new(Limits::default())?;
/// // Any address of the org will do, as people paste them.
/// match host.origin("https://acme.lightning.force.com/lightning/page/home")? {
///     Ok(origin) => assert_eq!(origin, "https://acme.my.salesforce.com"),
///     Err(refusal) => println!("{} {:?}", refusal.message, refusal.suggestion),
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Host(Arc<Loaded>);

struct Loaded {
    limits: Limits,
    /// Most fuel of a call, where it is counted.
    fuel: Option<u64>,
    engine: Engine,
    component: Component,
    instance: InstancePre<Call>,
    exports: Exports,
    ticker: Ticker,
}

impl Host {
    /// Loads the component this library was built with, in a moment: its machine code was made with the library.
    pub fn new(limits: Limits) -> Result<Self, HostError> {
        static CODE: OwnCode = OwnCode::new(crate::MACHINE_CODE);
        Self::from_own_code(&CODE, limits, None)
    }

    /// Like [`Host::new`], with code that counts fuel, which costs some speed: a call that needs more than `fuel` is
    /// [`HostError::Fuel`]. A program that never calls this does not carry the code.
    pub fn metered(limits: Limits, fuel: u64) -> Result<Self, HostError> {
        static CODE: OwnCode = OwnCode::new(METERED_MACHINE_CODE);
        Self::from_own_code(&CODE, limits, Some(fuel))
    }

    #[allow(unsafe_code)] // The code is this library's own.
    fn from_own_code(code: &'static OwnCode, limits: Limits, fuel: Option<u64>) -> Result<Self, HostError> {
        // SAFETY: the build script made the code, and the compiler put it in here.
        let loaded = unsafe { code.load(config(&limits, fuel.is_some())) };
        let (engine, component) = loaded.map_err(unloadable)?;
        Self::link(engine, component, limits, fuel)
    }

    /// Loads another component that has the world of `wit/`, compiled by `wasmtime::Engine::precompile_component` with
    /// the version and the settings [`crate::MACHINE_CODE`] names, and with `consume_fuel` if a call may use only so
    /// much `fuel`. With other ones it is [`HostError::Load`].
    ///
    /// # Safety
    ///
    /// The bytes are run as they are: they must come from the compiler, by a way on which nobody could change them.
    #[allow(unsafe_code)] // The caller vouches for the code, for nothing here can check it.
    pub unsafe fn from_machine_code(code: &[u8], limits: Limits, fuel: Option<u64>) -> Result<Self, HostError> {
        let engine = Engine::new(&config(&limits, fuel.is_some())).map_err(unloadable)?;
        // SAFETY: the caller promises that the bytes are what the compiler gave.
        let component = unsafe { Component::deserialize(&engine, code) }
            .map_err(|error| HostError::Load(format!("its machine code does not fit this program: {error:#}")))?;
        Self::link(engine, component, limits, fuel)
    }

    fn link(engine: Engine, component: Component, limits: Limits, fuel: Option<u64>) -> Result<Self, HostError> {
        let mut linker = Linker::new(&engine);
        Plugin::add_to_linker::<_, Imports>(&mut linker, |call| call).map_err(unloadable)?;
        let instance = linker.instantiate_pre(&component).map_err(unloadable)?;
        let exports = Exports::of(&instance).map_err(unloadable)?;
        let ticker = Ticker::start(engine.clone());
        Ok(Self(Arc::new(Loaded { limits, fuel, engine, component, instance, exports, ticker })))
    }

    /// The origin of an org's REST API, from a domain as people paste it.
    pub fn origin(&self, domain: &str) -> Result<Result<String, DomainRefusal>, HostError> {
        self.without_connection(|sign_in, store| sign_in.call_origin(store, domain))
    }

    /// The OAuth endpoints and scopes of the org at a domain.
    pub fn oauth(&self, domain: &str) -> Result<Result<OauthProfile, DomainRefusal>, HostError> {
        self.without_connection(|sign_in, store| sign_in.call_oauth(store, domain))
    }

    /// What an OAuth failure means.
    pub fn explain(&self, failure: &SignInFailure) -> Result<Advice, HostError> {
        self.without_connection(|sign_in, store| sign_in.call_explain(store, failure))
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
        work: impl FnOnce(&sign_in::Guest, &mut Store<Call>) -> wasmtime::Result<R>,
    ) -> Result<R, HostError> {
        self.enter(Arc::new(Connection::none()), CallControl::default(), Exports::sign_in, work).0
    }

    /// Makes a fresh instance, works with one of its interfaces, and drops it.
    pub(crate) fn enter<I: Interface, R>(
        &self,
        connection: Arc<Connection>,
        control: CallControl,
        interface: impl FnOnce(&Exports) -> &I,
        work: impl FnOnce(&I::Functions, &mut Store<Call>) -> wasmtime::Result<R>,
    ) -> (Result<R, HostError>, Usage) {
        let loaded = &*self.0;
        let limits = loaded.limits;
        let mut store = Store::new(&loaded.engine, Call::new(connection, limits, control.clone()));
        store.limiter(|call| &mut call.memory);
        store.set_hostcall_fuel(limits.memory_bytes);
        let mut ends = Instant::now() + limits.deadline;
        let mut stopping = false;
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(move |_| {
            let now = Instant::now();
            if control.is_cancelled() && !stopping {
                stopping = true;
                ends = ends.min(now + GRACE_PERIOD);
            }
            match now >= ends {
                true if stopping => Err(Stopped.into()),
                true => Ok(UpdateDeadline::Interrupt),
                false => Ok(UpdateDeadline::Continue(1)),
            }
        });

        let ticking = loaded.ticker.tick();
        let result = match loaded.fuel {
            Some(fuel) => store.set_fuel(fuel),
            None => Ok(()),
        }
        .and_then(|()| loaded.instance.instantiate(&mut store))
        .and_then(|instance| interface(&loaded.exports).of(&instance, &mut store))
        .and_then(|functions| work(&functions, &mut store));
        drop(ticking);

        let usage = Usage {
            requests: store.data().requests,
            memory_bytes: store.data().memory.in_use,
            fuel: loaded.fuel.and_then(|fuel| Some(fuel.saturating_sub(store.get_fuel().ok()?))),
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

/// The settings of an engine whose instances come out of a pool, with their memory mapped from the component's image on
/// write.
fn config(limits: &Limits, counts_fuel: bool) -> Config {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(limits.calls)
        .total_core_instances(limits.calls * CORE_INSTANCES)
        .total_memories(limits.calls)
        .total_tables(limits.calls * TABLES)
        .table_elements(MAX_TABLE_ELEMENTS)
        .max_memory_size(limits.memory_bytes)
        .max_unused_warm_slots(limits.calls)
        .linear_memory_keep_resident(KEPT_RESIDENT)
        .table_keep_resident(KEPT_RESIDENT);
    let mut config = machine_code::config(counts_fuel);
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    config
}

/// [`crate::MACHINE_CODE`], and it counts fuel.
const METERED_MACHINE_CODE: &[u8] = paged_bytes!("/plugin-metered.cwasm");

/// `wit-component` makes a module for the guest and two small ones that tie it to its imports.
const CORE_INSTANCES: u32 = 4;
/// One of the guest, one of its ties.
const TABLES: u32 = 2;
/// What is cleared between calls by writing what was there before instead of asking the kernel, in bytes: what most calls
/// use. The kernel would have to be asked for each page again, with all threads waiting for each other, which is a fifth
/// of what a call takes. To look for the pages that were written to (`PAGEMAP_SCAN`) would cost even less, but passes over
/// pages that are swapped out, and they may hold another user's data.
const KEPT_RESIDENT: usize = 1280 * 1024;

/// What a guest that is asked to stop has left, to say what it did.
const GRACE_PERIOD: Duration = Duration::from_millis(100);

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
