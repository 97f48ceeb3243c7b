//! One refresh at a time, over all threads and processes: the lock of a connection.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use super::{StoreError, file};

/// How often a lock that is taken is tried again. There is no way to wait for one with a deadline.
const POLL_INTERVAL: Duration = Duration::from_millis(10);

/// The right to change a connection's tokens, until it is dropped or its process ends, however it ends.
#[derive(Debug)]
pub struct Lock {
    /// Closing the file gives the lock back.
    _file: File,
}

impl Lock {
    /// Takes the lock at a path, which is never removed: who waits for a lock waits for its file.
    pub fn take(path: &Path, within: Duration) -> Result<Self, StoreError> {
        let failed = |error| StoreError::File { path: path.to_owned(), error };
        let until = Instant::now() + within;
        file::make_folder(path.parent().unwrap_or(Path::new("."))).map_err(failed)?;
        let file = File::options().create(true).append(true).open(path).map_err(failed)?;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self { _file: file }),
                Err(TryLockError::WouldBlock) if Instant::now() < until => thread::sleep(POLL_INTERVAL),
                Err(TryLockError::WouldBlock) => return Err(StoreError::Busy),
                Err(TryLockError::Error(error)) => return Err(failed(error)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::Folder;
    use super::*;

    #[test]
    fn a_lock_is_held_by_one_until_it_is_given_back() {
        let folder = Folder::new("lock");
        let path = folder.0.join("acme.lock");
        let held = Lock::take(&path, Duration::ZERO).unwrap();
        assert!(matches!(Lock::take(&path, Duration::from_millis(30)), Err(StoreError::Busy)));
        thread::scope(|scope| {
            let waiting = scope.spawn(|| Lock::take(&path, Duration::from_secs(30)));
            thread::sleep(Duration::from_millis(30));
            drop(held);
            assert!(waiting.join().unwrap().is_ok());
        });
    }
}
