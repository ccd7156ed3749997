/// What all test projects share beyond Expecto: a few expectations, the size of property tests, and how the tests are run.
[<RequireQualifiedAccess>]
module Mice.Testing.Expecting

open System
open System.Collections.Concurrent
open System.Diagnostics
open System.Reflection
open System.Threading
open Expecto
open Expecto.Impl
open Mice

// ---- Expectations ---------------------------------------------------------------------------------------------------

/// Two numbers differ by no more than a tolerance; NaN is within nothing.
let within (tolerance: float) (actual: float) (expected: float) (message: string) =
    if not (abs (actual - expected) <= tolerance || actual = expected) then
        failtest
            $"{message}. Actual value {actual:R} is not within {tolerance:R} of {expected:R}: they differ by {actual - expected:R}."

/// Two numbers agree to so many decimals: they differ by no more than half a unit of the last one.
let decimals (count: int) (actual: float) (expected: float) (message: string) =
    within (0.5 * 10.0 ** -(float count)) actual expected message

/// An estimate is within so many of its standard errors of a value that is known; NaN is within nothing, and an estimate without an error differs
/// by nothing.
let withinErrors (errors: float) (actual: Estimate<'u>) (expected: float) (message: string) =
    let difference, error = float actual.Value - expected, float actual.StandardError

    if not (abs difference <= errors * error) then
        failtest
            $"{message}. Actual value {Estimate.format actual} is {difference / error:F2} errors from {expected:R}, which is more than {errors}."

/// A value lies between two others, or is one of them; NaN lies nowhere.
let inRange (actual: 'a) (low: 'a) (high: 'a) (message: string) =
    if not (low <= actual && actual <= high) then
        failtest $"{message}. Actual value {actual} is not between {low} and {high}."

/// The one element of a sequence that must have no other.
let single (actual: 'a seq) (message: string) : 'a =
    match List.ofSeq actual with
    | [ one ] -> one
    | many -> failtest $"{message}. There are {many.Length} instead of one: %A{many}"

/// No element of a sequence is such.
let none (actual: 'a seq) (such: 'a -> bool) (message: string) =
    match Seq.tryFind such actual with
    | Some found -> failtest $"{message}. There is %A{found}."
    | None -> ()

/// A text does not contain another.
let stringLacks (text: string) (part: string) (message: string) =
    if text.Contains(part, StringComparison.Ordinal) then
        failtest $"{message}. “{part}” is in “{text}”."

/// Two references are to one object.
let same (actual: 'a when 'a: not struct) (expected: 'a) (message: string) =
    if not (obj.ReferenceEquals(actual, expected)) then
        failtest $"{message}. They are two objects."

let private thrown (fits: exn -> bool) (action: unit -> unit) (message: string) : exn =
    let outcome =
        try
            action ()
            None
        with error ->
            Some error

    match outcome with
    | Some error when fits error -> error
    | Some error -> failtest $"{message}. It threw this instead: {error}"
    | None -> failtest $"{message}. It threw nothing."

/// The exception that an action throws, which must be of this type and no other.
let throws<'e when 'e :> exn> (action: unit -> unit) (message: string) : 'e =
    thrown (fun error -> error.GetType() = typeof<'e>) action message :?> 'e

/// The exception that an action throws, which must be of this type or of one below it.
let throwsAny<'e when 'e :> exn> (action: unit -> unit) (message: string) : 'e =
    thrown (fun error -> error :? 'e) action message :?> 'e

/// How many cases a property is tried on; `testProperty` tries 100.
let cases (count: int) : FsCheckConfig =
    { FsCheckConfig.defaultConfig with
        maxTest = count
    }

/// A property that is one part of a test holds in so many cases.
let holds (count: int) (property: 'property) =
    FsCheck.Check.One(FsCheck.Config.QuickThrowOnFailure.WithMaxTest(count).WithQuietOnSuccess true, property)

// ---- Running --------------------------------------------------------------------------------------------------------

/// Longer than any test takes: who is at work still, hangs.
let private patience = TimeSpan.FromMinutes 15.0

/// Ends the process when a test hangs, after it named that test; everybody else's results are lost then.
let private watched (printers: TestPrinters) : TestPrinters =
    let started = ConcurrentDictionary<string, Stopwatch>()

    let finished (name: string) = started.TryRemove name |> ignore

    let look () =
        while true do
            Thread.Sleep(TimeSpan.FromSeconds 5.0)

            for entry in started do
                if entry.Value.Elapsed > patience then
                    Console.Error.WriteLine $"This test hangs: {entry.Key}"
                    Process.GetCurrentProcess().Kill()

    Thread(look, IsBackground = true).Start()

    { printers with
        beforeEach =
            fun name isSkipped ->
                started[name] <- Stopwatch.StartNew()
                printers.beforeEach name isSkipped
        passed =
            fun name time ->
                finished name
                printers.passed name time
        ignored =
            fun name reason ->
                finished name
                printers.ignored name reason
        failed =
            fun name reason time ->
                finished name
                printers.failed name reason time
        exn =
            fun name error time ->
                finished name
                printers.exn name error time
    }

/// All tests of the program that calls this, or with `--containing TEXT` those whose full name contains the text. The other
/// arguments are Expecto's.
let run (arguments: string[]) : int =
    let tests =
        Assembly.GetEntryAssembly() |> testFromAssembly |> Option.defaultValue (testList "" [])

    let chosen, rest =
        match Array.tryFindIndex ((=) "--containing") arguments with
        | Some i when i + 1 < arguments.Length ->
            let contains (names: string list) =
                (String.concat "." names).Contains(arguments[i + 1], StringComparison.Ordinal)

            Test.filter "." contains tests, Array.removeManyAt i 2 arguments
        | _ -> tests, arguments

    let options =
        [
            CLIArguments.No_Spinner
            if Console.IsOutputRedirected then
                CLIArguments.Colours 0
            CLIArguments.Printer(watched TestPrinters.defaultPrinter)
        ]

    runTestsWithCLIArgs options rest chosen
