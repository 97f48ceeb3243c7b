//! The functions the component exports: their places are looked up once, and a call has the types of one interface
//! checked, for those of all of them take a twentieth of what a short call takes.

use wasmtime::Store;
use wasmtime::component::{Instance, InstancePre};

use crate::bindings::exports::salesforce::plugin::{append, catalog, edit, read, sign_in};
use crate::engine::call::Call;

/// Where the functions of an interface are.
pub(crate) trait Interface {
    /// The functions of one instance.
    type Functions;

    /// Those of an instance.
    ///
    /// # Errors
    /// The component has another type for one of them.
    fn of(&self, instance: &Instance, store: &mut Store<Call>) -> wasmtime::Result<Self::Functions>;
}

macro_rules! interfaces {
    ($($name:ident),*) => {
        /// Where the functions of all interfaces are.
        pub(crate) struct Exports {
            $($name: $name::GuestIndices),*
        }

        impl Exports {
            /// Looks them up.
            ///
            /// # Errors
            /// The component lacks one.
            pub(super) fn of(component: &InstancePre<Call>) -> wasmtime::Result<Self> {
                Ok(Self { $($name: $name::GuestIndices::new(component)?),* })
            }

            $(pub(crate) fn $name(&self) -> &$name::GuestIndices {
                &self.$name
            })*
        }

        $(impl Interface for $name::GuestIndices {
            type Functions = $name::Guest;

            fn of(&self, instance: &Instance, store: &mut Store<Call>) -> wasmtime::Result<Self::Functions> {
                self.load(store, instance)
            }
        })*
    };
}

interfaces!(append, catalog, edit, read, sign_in);
