//! The table of the functions of `where` and `eval`: name, arguments, what it gives, where its work
//! is done, one line of documentation.
//!
//! Facts: Search Reference, "Evaluation functions".

use super::Arguments::{AtLeast, Between, Pairs};
use super::Gives::{self, Truth, Value};
use super::{
    Arguments, Call, Function, Takes, bits, condition, convert, digest, json, multivalue, number,
    printf, text, time,
};
use crate::search::datum::Datum;
use crate::search::expression::Scope;

const fn function(
    name: &'static str,
    arguments: Arguments,
    gives: Gives,
    run: fn(&Call, &Scope<'_>) -> Datum,
    doc: &'static str,
) -> Function {
    Function {
        name,
        arguments,
        doc,
        gives,
        pattern: None,
        run,
    }
}

const BRANCHES: Gives = Gives::Argument { first: 1, step: 1 };
const RESULTS: Gives = Gives::Argument { first: 1, step: 2 };
const ANY: Gives = Gives::Argument { first: 0, step: 1 };

/// Every function that there is.
#[rustfmt::skip]
pub static FUNCTIONS: &[Function] = &[
    function("abs", Between(1, 1), Value, number::abs, "the number without its sign"),
    function("acos", Between(1, 1), Value, number::acos, "the angle whose cosine it is, in radians"),
    function("acosh", Between(1, 1), Value, number::acosh, "the inverse hyperbolic cosine"),
    function("asin", Between(1, 1), Value, number::asin, "the angle whose sine it is, in radians"),
    function("asinh", Between(1, 1), Value, number::asinh, "the inverse hyperbolic sine"),
    function("atan", Between(1, 1), Value, number::atan, "the angle whose tangent it is, in radians"),
    function("atan2", Between(2, 2), Value, number::atan2, "the angle of the point (second, first), in radians"),
    function("atanh", Between(1, 1), Value, number::atanh, "the inverse hyperbolic tangent"),
    function("bit_and", AtLeast(2), Value, bits::and, "the bits that all of them have"),
    function("bit_not", Between(1, 2), Value, bits::not, "the other bits of 53, or of the mask"),
    function("bit_or", AtLeast(2), Value, bits::or, "the bits that any of them has"),
    function("bit_shift_left", Between(2, 2), Value, bits::left, "the bits moved up by so many places"),
    function("bit_shift_right", Between(2, 2), Value, bits::right, "the bits moved down by so many places"),
    function("bit_xor", AtLeast(2), Value, bits::xor, "the bits that an odd number of them have"),
    function("case", Pairs, RESULTS, condition::case, "the value after the first condition that is true"),
    function("ceil", Between(1, 1), Value, number::ceiling, "the number rounded up"),
    function("ceiling", Between(1, 1), Value, number::ceiling, "the number rounded up"),
    function("cidrmatch", Between(2, 2), Truth, condition::cidrmatch, "whether the second is an address of the subnet"),
    function("coalesce", AtLeast(1), ANY, condition::coalesce, "the first that is not null"),
    function("cos", Between(1, 1), Value, number::cos, "the cosine of an angle in radians"),
    function("cosh", Between(1, 1), Value, number::cosh, "the hyperbolic cosine"),
    function("exact", Between(1, 1), Value, number::exact, "the number, no digit of it rounded away"),
    function("exp", Between(1, 1), Value, number::exp, "e to the power of it"),
    function("false", Between(0, 0), Truth, condition::falsehood, "false"),
    function("floor", Between(1, 1), Value, number::floor, "the number rounded down"),
    function("hypot", Between(2, 2), Value, number::hypot, "the hypotenuse of a right-angled triangle with these sides"),
    function("if", Between(3, 3), BRANCHES, condition::choose, "the second if the first is true, else the third"),
    function("in", AtLeast(2), Truth, condition::among, "whether the first equals one of the others"),
    function("ipmask", Between(2, 2), Value, condition::ipmask, "the address with the bits of the mask only"),
    function("isbool", Between(1, 1), Truth, condition::isbool, "whether it is true or false"),
    function("isint", Between(1, 1), Truth, condition::isint, "whether it is a whole number"),
    function("isnotnull", Between(1, 1), Truth, condition::isnotnull, "whether it is not null"),
    function("isnull", Between(1, 1), Truth, condition::isnull, "whether it is null"),
    function("isnum", Between(1, 1), Truth, condition::isnum, "whether it is a number"),
    function("isstr", Between(1, 1), Truth, condition::isstr, "whether it is a text and no number"),
    function("json_valid", Between(1, 1), Truth, json::valid, "whether it is JSON"),
    function("len", Between(1, 1), Value, text::len, "the number of characters"),
    function("like", Between(2, 2), Truth, condition::matches, "whether it fits a pattern with % and _").taking(Takes::Like(1)),
    function("ln", Between(1, 1), Value, number::ln, "the natural logarithm"),
    function("log", Between(1, 2), Value, number::log, "the logarithm, of base 10 or the second"),
    function("lower", Between(1, 1), Value, text::lower, "in lower case"),
    function("ltrim", Between(1, 2), Value, text::ltrim, "without blanks, or those characters, in front"),
    function("match", Between(2, 2), Truth, condition::matches, "whether the regular expression is found in it").taking(Takes::Regex(1)),
    function("max", AtLeast(1), Value, number::max, "the largest; texts are larger than numbers"),
    function("md5", Between(1, 1), Value, digest::md5, "the MD5 of the text, in hex"),
    function("min", AtLeast(1), Value, number::min, "the smallest; numbers are smaller than texts"),
    function("mvappend", AtLeast(1), Value, multivalue::mvappend, "all values one after the other"),
    function("mvcount", Between(1, 1), Value, multivalue::mvcount, "how many values there are"),
    function("mvdedup", Between(1, 1), Value, multivalue::mvdedup, "each value once"),
    function("mvfilter", Between(1, 1), Value, multivalue::mvfilter, "the values of a field for which the condition is true"),
    function("mvfind", Between(2, 2), Value, multivalue::mvfind, "the place of the first value with the regular expression, from 0").taking(Takes::Regex(1)),
    function("mvindex", Between(2, 3), Value, multivalue::mvindex, "the values from a place to another, from 0, negative from the end"),
    function("mvjoin", Between(2, 2), Value, multivalue::mvjoin, "the values joined by a text"),
    function("mvmap", Between(2, 2), Value, multivalue::mvmap, "what the expression gives for each value of the field"),
    function("mvrange", Between(2, 3), Value, multivalue::mvrange, "the numbers from the first to before the second, in steps of the third"),
    function("mvsort", Between(1, 1), Value, multivalue::mvsort, "the values in the order of their codes"),
    function("mvzip", Between(2, 3), Value, multivalue::mvzip, "the values of both in pairs, with a comma or the third between"),
    function("now", Between(0, 0), Value, time::now, "the time of the search"),
    function("null", Between(0, 0), Value, condition::null, "null"),
    function("nullif", Between(2, 2), Gives::Argument { first: 0, step: 2 }, condition::nullif, "null if both are equal, else the first"),
    function("pi", Between(0, 0), Value, number::pi, "pi, to 11 decimals"),
    function("pow", Between(2, 2), Value, number::pow, "the first to the power of the second"),
    function("printf", AtLeast(1), Value, printf::printf, "a text by a format, with the others put in for its %s, %d …"),
    function("relative_time", Between(2, 2), Value, time::relative_time, "a time moved, and snapped to its unit: -1d@d"),
    function("replace", Between(3, 3), Value, text::replace, "with every match of the regular expression replaced; \\1 is its first group").taking(Takes::Regex(1)),
    function("round", Between(1, 2), Value, number::round, "rounded to so many decimals"),
    function("rtrim", Between(1, 2), Value, text::rtrim, "without blanks, or those characters, at the end"),
    function("searchmatch", Between(1, 1), Truth, condition::searchmatch, "whether the row meets a search"),
    function("sha1", Between(1, 1), Value, digest::sha1, "the SHA-1 of the text, in hex"),
    function("sha256", Between(1, 1), Value, digest::sha256, "the SHA-256 of the text, in hex"),
    function("sha512", Between(1, 1), Value, digest::sha512, "the SHA-512 of the text, in hex"),
    function("sin", Between(1, 1), Value, number::sin, "the sine of an angle in radians"),
    function("sinh", Between(1, 1), Value, number::sinh, "the hyperbolic sine"),
    function("spath", Between(2, 2), Value, json::spath, "what JSON or XML has at a path"),
    function("split", Between(2, 2), Value, multivalue::split, "the pieces between the delimiters"),
    function("sqrt", Between(1, 1), Value, number::sqrt, "the square root"),
    function("strftime", Between(2, 2), Value, time::strftime, "a time as text"),
    function("strptime", Between(2, 2), Value, time::strptime, "a text read as a time"),
    function("substr", Between(2, 3), Value, text::substr, "from a character, the first being 1, so many; negative from the end"),
    function("tan", Between(1, 1), Value, number::tan, "the tangent of an angle in radians"),
    function("tanh", Between(1, 1), Value, number::tanh, "the hyperbolic tangent"),
    function("time", Between(0, 0), Value, time::now, "the time of the search"),
    function("tonumber", Between(1, 2), Value, convert::tonumber, "the text as a number of that base"),
    function("tostring", Between(1, 2), Value, convert::tostring, "as text; 'hex', 'commas', 'duration'"),
    function("trim", Between(1, 2), Value, text::trim, "without blanks, or those characters, at both ends"),
    function("true", Between(0, 0), Truth, condition::truth, "true"),
    function("typeof", Between(1, 1), Value, condition::type_of, "'Number', 'String', 'Boolean' or, for null, 'Invalid'"),
    function("upper", Between(1, 1), Value, text::upper, "in upper case"),
    function("urldecode", Between(1, 1), Value, text::urldecode, "without the percent signs of a URL"),
    function("validate", Pairs, RESULTS, condition::validate, "the value after the first condition that is false"),
];
