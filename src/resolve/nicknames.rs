//! Common English nicknames: "Bob" is also looked for as Robert, and Robert as Bob.

use std::iter;

use crate::json::place_of_pair;
use crate::lower::lower;

/// A line is one name and what its bearers are called; some nicknames belong to several.
const NAMES: &str = "\
abigail abby gail
albert al bert
alexander alex alec sandy xander
alexandra alex sandra sandy lexi
alfred al fred alfie
amanda mandy
andrew andy drew
anne ann anna annie nancy
anthony tony
barbara barb babs
benjamin ben benji
catherine katherine kathryn cathy kathy kate katie kat cate
charles charlie chuck
christine christina chris tina chrissy
christopher chris topher
cynthia cindy
daniel dan danny
david dave davey
deborah debra deb debbie
donald don donnie
dorothy dot dottie
edward ed eddie ted ned
elizabeth liz beth betty eliza lisa libby
emily em emma
eugene gene
frances fran
francis frank
frederick fred freddy
gabriel gabe
gerald jerry gerry
gregory greg
harold harry hal
henry hank harry
isaac ike
jacob jake
jacqueline jackie
james jim jimmy jamie
janet jan
jeffrey geoffrey jeff geoff
jennifer jen jenny
jessica jess jessie
john jack johnny jon
jonathan jon johnny
joseph joe joey
joshua josh
judith judy
kenneth ken kenny
kimberly kim
lawrence laurence larry
leonard leo len lenny
louis lou louie
margaret maggie meg peggy marge greta
martin marty
matthew matt
maximilian max
michael mike mick mickey
nathaniel nathan nate
nicholas nick nico
nicole nicky nikki
pamela pam
patricia pat patty tricia trish
patrick pat paddy
peter pete
philip phillip phil
rachel rach
raymond ray
rebecca becca becky
richard rick ricky rich dick
robert rob bob bobby robbie bert
ronald ron ronnie
russell russ
samantha sam sammy
samuel sam sammy
sarah sara sally
stephanie steph
steven stephen steve
susan suzanne sue susie
theodore ted teddy theo
theresa teresa terry tess
thomas tom tommy
timothy tim
valerie val
victoria vicky tori
vincent vince
walter walt wally
william will bill billy willy liam
zachary zach zack";

/// What else a person of this first name may be called.
pub(crate) fn of(name: &str) -> impl Iterator<Item = &'static str> {
    let input = lower(name);
    let mut seen: Vec<&str> = Vec::new();
    // The table is searched as one text, for it is asked about every person that is found.
    let table = NAMES.as_bytes();
    let pair = input.as_bytes().first_chunk().copied().filter(|_| !input.contains([' ', '\n']));
    let next = |from: usize| pair.map(|pair| place_of_pair(table, from, pair)).filter(|at| *at < table.len());
    for start in iter::successors(next(0), |at| next(at + 1)) {
        let Some((before, rest)) = NAMES.split_at_checked(start) else { continue };
        let Some(after) = rest.strip_prefix(input.as_str()) else { continue };
        let is_end = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii_whitespace);
        if !is_end(before.as_bytes().last()) || !is_end(after.as_bytes().first()) {
            continue;
        }
        let line_start = before.rfind('\n').map_or(0, |end| end + 1);
        let line = NAMES[line_start..].lines().next().unwrap_or_default().split(' ');
        // Two nicknames of one name are seldom the same person's, except with the name itself.
        let related = if line_start == start { usize::MAX } else { 1 };
        for other in line.take(related).filter(|other| *other != input) {
            if !seen.contains(&other) {
                seen.push(other);
            }
        }
    }
    seen.into_iter()
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn a_nickname_leads_to_its_names_and_a_name_to_its_nicknames() {
        let check = |name, expected: &[&str]| assert_eq!(of(name).collect::<Vec<_>>(), expected, "{name}");
        check("Bob", &["robert"]);
        check("ROBERT", &["rob", "bob", "bobby", "robbie", "bert"]);
        check("Sam", &["samantha", "samuel"]);
        check("Ottokar", &[]);
        for none in ["", "ob", "al bert", "bert\nalexander"] {
            check(none, &[]);
        }
    }
}
