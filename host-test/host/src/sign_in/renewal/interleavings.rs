//! Every order in which the steps of two processes can happen to the tokens of one connection, and every step at which
//! one of them can end: tried one by one, with the renewal itself, a store in memory and an org that counts.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Condvar, LazyLock, Mutex};
use std::thread;
use std::time::Duration;

use super::{RefreshingTokens, Turns};
use crate::engine::host::Host;
use crate::engine::limits::Limits;
use crate::sign_in::{Client, SignInError};
use crate::store::{Owner, StoreError, TokenStore, Tokens};
use crate::token::Token;
use crate::wire::origin::Origin;
use crate::wire::token_provider::TokenProvider;
use crate::wire::transport::{Failure, Transport};

static HOST: LazyLock<Host> = LazyLock::new(|| Host::new(Limits::default()).unwrap());

/// A process that ended in the middle.
struct Died;

/// What all processes of one run share.
#[derive(Default)]
struct World {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// Where each process stands; absent while it works or when it is over.
    at: Vec<Option<&'static str>>,
    over: Vec<bool>,
    /// Who may go on, and whether it ends instead.
    granted: Option<(usize, bool)>,
    locked: bool,
    stored: Option<Vec<u8>>,
    /// Whose connection it is.
    user: &'static str,
    org: Org,
}

/// The sign-in of an org whose refresh tokens are good once.
#[derive(Default)]
struct Org {
    good: Vec<String>,
    spent: Vec<String>,
    issued: usize,
    spent_twice: bool,
}

impl World {
    /// Waits for the turn of a process to take its next step.
    fn point(&self, process: usize, name: &'static str) {
        let mut state = self.state.lock().unwrap();
        state.at[process] = Some(name);
        self.changed.notify_all();
        loop {
            match state.granted {
                Some((who, dies)) if who == process => {
                    state.granted = None;
                    state.at[process] = None;
                    if name == "lock" && !dies {
                        state.locked = true;
                    }
                    drop(state);
                    if dies {
                        resume_unwind(Box::new(Died));
                    }
                    return;
                }
                _ => state = self.changed.wait(state).unwrap(),
            }
        }
    }
}

/// One process, as each of its parts sees the world.
#[derive(Clone)]
struct Process {
    world: Arc<World>,
    number: usize,
    user: &'static str,
}

struct Turn(Arc<World>);

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.state.lock().unwrap().locked = false;
        self.0.changed.notify_all();
    }
}

impl Turns for Process {
    fn take(&self, _: Duration) -> Result<Box<dyn Any + Send>, StoreError> {
        self.world.point(self.number, "lock");
        Ok(Box::new(Turn(Arc::clone(&self.world))))
    }
}

fn owner(user: &str) -> Owner {
    Owner { origin: "http://127.0.0.1:1".to_owned(), user_id: user.to_owned(), organization_id: "00D".to_owned() }
}

impl TokenStore for Process {
    fn load(&self) -> Result<Option<Tokens>, StoreError> {
        self.world.point(self.number, "load");
        let stored = self.world.state.lock().unwrap().stored.clone();
        stored.map(|bytes| Tokens::from_bytes(&bytes, &owner(self.user), "memory")).transpose()
    }

    fn save(&self, tokens: &Tokens) -> Result<(), StoreError> {
        self.world.point(self.number, "save");
        self.world.state.lock().unwrap().stored = Some(tokens.to_bytes(&owner(self.user)));
        Ok(())
    }

    fn forget(&self) -> Result<(), StoreError> {
        self.world.point(self.number, "forget");
        self.world.state.lock().unwrap().stored = None;
        Ok(())
    }
}

impl Transport for Process {
    fn send(&self, request: http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, Failure> {
        self.world.point(self.number, "ask");
        let form = String::from_utf8(request.into_body()).unwrap();
        let refresh = form.split('&').find_map(|pair| pair.strip_prefix("refresh_token=")).unwrap().to_owned();
        let (status, body) = {
            let org = &mut self.world.state.lock().unwrap().org;
            org.spent_twice |= org.spent.contains(&refresh);
            match org.good.iter().position(|good| *good == refresh) {
                Some(at) => {
                    org.spent.push(org.good.remove(at));
                    let next = org.issue(refresh.split('.').next().unwrap());
                    (200, serde_json::json!({"access_token": access(&next), "refresh_token": next, "scope": "api"}))
                }
                None => (400, serde_json::json!({"error": "invalid_grant", "error_description": "expired"})),
            }
        };
        self.world.point(self.number, "answered");
        Ok(http::Response::builder().status(status).body(body.to_string().into_bytes()).unwrap())
    }
}

impl Org {
    fn issue(&mut self, user: &str) -> String {
        self.issued += 1;
        let token = format!("{user}.refresh.token.number.{}", self.issued);
        self.good.push(token.clone());
        token
    }
}

fn access(refresh: &str) -> String {
    format!("access.for.{refresh}")
}

fn tokens(refresh: &str) -> Tokens {
    Tokens { access: Token::new(&access(refresh)).unwrap(), refresh: Some(Token::new(refresh).unwrap()) }
}

impl Process {
    fn refreshing_tokens(&self) -> RefreshingTokens {
        let origin = Origin::parse(&owner(self.user).origin).unwrap();
        let client = Client::new(&HOST, &origin, "key", self.clone()).unwrap();
        let (world, number, user) = (Arc::clone(&self.world), self.number, self.user);
        RefreshingTokens::taking_turns(client, self.clone(), self.clone()).while_ours(move || {
            world.point(number, "profile");
            world.state.lock().unwrap().user == user
        })
    }
}

/// What one process does; what it got hold of are texts of access tokens.
type Work = fn(&Process) -> Vec<String>;

/// A process: whose, what it does, and whether it may end in the middle.
type Plan = (&'static str, Work, bool);

/// How a process ended: where it died, if it did, and what it got hold of.
type Ending = (Option<&'static str>, Vec<String>);

/// Runs processes in one order. `choices` says which of the possible steps is taken at each point; the answer says how
/// many there were.
fn run(works: &[Plan], choices: &[usize]) -> (Arc<World>, Vec<Ending>, Vec<usize>) {
    let world = Arc::new(World::default());
    {
        let mut state = world.state.lock().unwrap();
        state.at = vec![None; works.len()];
        state.over = vec![false; works.len()];
        state.user = "riley";
        let first = state.org.issue("riley");
        state.stored = Some(tokens(&first).to_bytes(&owner("riley")));
    }
    let mut options = Vec::new();
    let mut died = vec![None; works.len()];
    let endings = thread::scope(|scope| {
        let threads: Vec<_> = works
            .iter()
            .enumerate()
            .map(|(number, (user, work, _))| {
                let process = Process { world: Arc::clone(&world), number, user };
                scope.spawn(move || {
                    let got = catch_unwind(AssertUnwindSafe(|| work(&process)));
                    process.world.state.lock().unwrap().over[number] = true;
                    process.world.changed.notify_all();
                    match got {
                        Ok(got) => got,
                        Err(reason) if reason.is::<Died>() => Vec::new(),
                        Err(reason) => resume_unwind(reason),
                    }
                })
            })
            .collect();
        loop {
            let mut state = world.state.lock().unwrap();
            while state.granted.is_some() || (0..works.len()).any(|one| !state.over[one] && state.at[one].is_none()) {
                state = world.changed.wait(state).unwrap();
            }
            let mut steps = Vec::new();
            for (process, at) in state.at.iter().enumerate().filter(|(process, _)| !state.over[*process]) {
                let Some(at) = *at else { continue };
                if at != "lock" || !state.locked {
                    steps.push((process, false));
                }
                if works[process].2 {
                    steps.push((process, true));
                }
            }
            if steps.is_empty() {
                break;
            }
            let (process, dies) = steps[choices.get(options.len()).copied().unwrap_or(0)];
            options.push(steps.len());
            if dies {
                died[process] = state.at[process];
            }
            state.granted = Some((process, dies));
            world.changed.notify_all();
        }
        threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
    });
    (world, died.into_iter().zip(endings).collect(), options)
}

/// Runs processes in every order, and returns how many there are.
fn every_order(works: &[Plan], check: impl Fn(&Arc<World>, &[Ending], &str)) -> usize {
    let mut choices: Vec<usize> = Vec::new();
    for count in 1.. {
        let (world, endings, options) = run(works, &choices);
        choices.resize(options.len(), 0);
        check(&world, &endings, &format!("{choices:?}"));
        // The next order: the last choice that can be another one is.
        while let (Some(choice), Some(options)) = (choices.pop(), options.get(choices.len())) {
            if choice + 1 < *options {
                choices.push(choice + 1);
                break;
            }
        }
        if choices.is_empty() {
            return count;
        }
    }
    0
}

fn refused() -> Token {
    Token::new(&access("riley.refresh.token.number.1")).unwrap()
}

/// A process whose call finds its token refused.
fn renews(process: &Process) -> Vec<String> {
    let renewed = process.refreshing_tokens().renew(&refused(), Duration::from_secs(30));
    renewed.into_iter().map(|renewed| renewed.token.reveal().to_owned()).collect()
}

/// A process that asks for its token, finds it refused, and asks once more.
fn works_on(process: &Process) -> Vec<String> {
    let profile = process.refreshing_tokens();
    let before = profile.token();
    let renewed = profile.renew(&refused(), Duration::from_secs(30)).ok().map(|renewed| renewed.token);
    let got = [before, renewed, profile.token()];
    got.into_iter().flatten().map(|token| token.reveal().to_owned()).collect()
}

/// A process that ends the connection and gives its name to another user.
fn gives_the_name_away(process: &Process) -> Vec<String> {
    let turn = process.take(Duration::ZERO).unwrap();
    process.forget().unwrap();
    process.world.point(process.number, "profile");
    process.world.state.lock().unwrap().user = "";
    drop(turn);
    let turn = process.take(Duration::ZERO).unwrap();
    process.world.point(process.number, "profile");
    let token = {
        let mut state = process.world.state.lock().unwrap();
        state.user = "jonas";
        state.org.issue("jonas")
    };
    process.save(&tokens(&token)).unwrap();
    drop(turn);
    Vec::new()
}

/// What is kept for a user, if it is one's.
fn kept(world: &World, user: &str) -> Option<Tokens> {
    let stored = world.state.lock().unwrap().stored.clone();
    stored.and_then(|bytes| Tokens::from_bytes(&bytes, &owner(user), "memory").ok())
}

fn is_good(world: &World, tokens: &Tokens) -> bool {
    let refresh = tokens.refresh.as_ref().unwrap().reveal();
    world.state.lock().unwrap().org.good.iter().any(|good| good == refresh)
}

#[test]
fn in_no_order_is_a_refresh_token_spent_twice_or_the_only_good_one_lost() {
    let orders = every_order(&[("riley", renews, true), ("riley", renews, true)], |world, endings, order| {
        assert!(!world.state.lock().unwrap().org.spent_twice || endings.iter().any(is_in_the_gap), "{order}");
        // Between the org's answer and keeping it there is no step for the plugin, but a process can end there.
        if endings.iter().any(is_in_the_gap) {
            return;
        }
        let kept = kept(world, "riley").unwrap();
        assert!(is_good(world, &kept), "{order}");
        for (died, got) in endings {
            assert_eq!(got.len(), usize::from(died.is_none()), "{order}");
            assert!(got.iter().all(|token| token == kept.access.reveal()), "{order}: {got:?}");
        }
        let issued = world.state.lock().unwrap().org.issued;
        assert!(issued <= 2, "renewed {issued} times in {order}");
    });
    assert!(orders > 50, "{orders} orders");
}

fn is_in_the_gap((died, _): &Ending) -> bool {
    matches!(died, Some("answered" | "save"))
}

#[test]
fn in_no_order_does_one_users_token_reach_another() {
    let orders =
        every_order(&[("riley", works_on, false), ("jonas", gives_the_name_away, true)], |world, endings, order| {
            let [(_, got), (died, _)] = endings else { panic!("two processes") };
            assert!(got.iter().all(|token| token.contains("riley")), "{order}: {got:?}");
            if died.is_none() {
                let kept = kept(world, "jonas").unwrap();
                assert!(is_good(world, &kept), "{order}");
            }
            let spent = &world.state.lock().unwrap().org.spent;
            assert!(spent.iter().all(|token| token.starts_with("riley")), "{order}: {spent:?}");
        });
    assert!(orders > 50, "{orders} orders");
}

#[test]
fn a_sign_in_that_is_over_is_told_as_that() {
    fn over(process: &Process) -> Vec<String> {
        let error = process.refreshing_tokens().renew(&refused(), Duration::from_secs(30)).unwrap_err();
        vec![matches!(error, SignInError::SignedOut).to_string()]
    }
    let (_, endings, _) = run(&[("jonas", over, false)], &[]);
    assert_eq!(endings, [(None, vec!["true".to_owned()])]);
}
