//! Writes the code of a module anew, function by function.

use wasm_encoder::{CodeSection, Module, RawSection};
use wasmparser::{FunctionBody, Parser, Payload, Result};

/// The module with each function's code as `function` makes it.
pub(crate) fn rewritten<'a>(
    bytes: &'a [u8],
    mut function: impl FnMut(&FunctionBody<'a>) -> Result<Vec<u8>>,
) -> Vec<u8> {
    let (mut module, mut code, mut count) = (Module::new(), CodeSection::new(), 0);
    for payload in Parser::new(0).parse_all(bytes) {
        match payload.expect("the linker writes what can be read") {
            Payload::CodeSectionStart { count: functions, .. } => count = functions,
            Payload::CodeSectionEntry(body) => {
                code.raw(&function(&body).expect("the linker writes what can be read"));
                if code.len() == count {
                    module.section(&code);
                }
            }
            other => {
                if let Some((id, range)) = other.as_section() {
                    module.section(&RawSection { id, data: &bytes[range] });
                }
            }
        }
    }
    module.finish()
}

/// The locals of a function, as they are written before its instructions.
pub(crate) fn locals<'a>(bytes: &'a [u8], function: &FunctionBody<'a>) -> Result<&'a [u8]> {
    Ok(&bytes[function.range().start..function.get_operators_reader()?.original_position()])
}
