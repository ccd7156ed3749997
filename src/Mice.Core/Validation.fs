namespace Mice

open System

/// <summary>The expression <c>validate { let! a = … and! b = … in return … }</c>: values that are all read or checked before the first of their faults
/// is told, so that a user sees every fault at once. What stands behind a further <c>let!</c> is looked at only when all before it is sound.</summary>
type ValidateBuilder() =
    /// Both values, or the faults of both, each once.
    member _.MergeSources
        (left: Result<'left, MiceError list>, right: Result<'right, MiceError list>)
        : Result<'left * 'right, MiceError list> =
        match left, right with
        | Ok a, Ok b -> Ok(a, b)
        | Error a, Error b -> Error(List.distinct (a @ b))
        | Error faults, _
        | _, Error faults -> Error faults

    /// A value computed from checked ones.
    member _.BindReturn(checkedValue: Result<'value, MiceError list>, f: 'value -> 'result) = Result.map f checkedValue

    /// A check that needs the value of another one.
    member _.Bind(checkedValue: Result<'value, MiceError list>, f: 'value -> Result<'result, MiceError list>) =
        Result.bind f checkedValue

    /// A value without faults.
    member _.Return(value: 'value) : Result<'value, MiceError list> = Ok value

    /// A result as it is.
    member _.ReturnFrom(result: Result<'value, MiceError list>) = result

    /// A result as it is.
    member _.Source(result: Result<'value, MiceError list>) = result

    /// A result with one fault at most.
    member _.Source(result: Result<'value, MiceError>) : Result<'value, MiceError list> =
        Result.mapError List.singleton result

    /// A list of faults: sound when it is empty.
    member _.Source(faults: MiceError list) : Result<unit, MiceError list> =
        if List.isEmpty faults then
            Ok()
        else
            Error(List.distinct faults)

/// Reading and checking that collects all faults.
[<AutoOpen>]
module ValidateExpression =
    /// <summary>Collects the faults of all values: <c>validate { let! a = … and! b = … in return … }</c>.</summary>
    let validate = ValidateBuilder()

/// Checks of single values, and of many at once.
[<RequireQualifiedAccess>]
module Validate =
    /// <summary>The fault of a value that does not pass.</summary>
    /// <param name="name">What the value is.</param>
    /// <param name="allowed">What is allowed.</param>
    /// <param name="isAllowed">Whether the value is; written so that NaN is not.</param>
    /// <param name="value">The value.</param>
    /// <returns>OutOfRange, or nothing.</returns>
    let that (name: string) (allowed: string) (isAllowed: 'value -> bool) (value: 'value) : MiceError list =
        [
            if not (isAllowed value) then
                MiceError.OutOfRange(name, string value, allowed)
        ]

    /// <summary>The fault of a count below the smallest one.</summary>
    /// <param name="least">The smallest one.</param>
    /// <param name="name">What is counted.</param>
    /// <param name="value">The count.</param>
    /// <returns>OutOfRange, or nothing.</returns>
    let atLeast (least: int) (name: string) (value: int) : MiceError list =
        that name $"{least} or more" (fun v -> v >= least) value

    /// <summary>The fault of a number that is not finite or not above 0.</summary>
    /// <param name="name">What the number is.</param>
    /// <param name="value">The number.</param>
    /// <returns>OutOfRange, or nothing.</returns>
    let positive (name: string) (value: float) : MiceError list =
        that name "a finite number above 0" (fun v -> v > 0.0 && Double.IsFinite v) value

    /// <summary>All values, or the faults of all.</summary>
    /// <param name="results">Values that were read or checked.</param>
    let all (results: Result<'value, MiceError list> list) : Result<'value list, MiceError list> =
        let join (next: Result<'value, MiceError list>) (later: Result<'value list, MiceError list>) =
            validate {
                let! first = next
                and! rest = later
                return first :: rest
            }

        List.foldBack join results (Ok [])

    /// <summary>A value that is sound when there are no faults.</summary>
    /// <param name="faults">Its faults.</param>
    /// <param name="value">The value.</param>
    let without (faults: MiceError list) (value: 'value) : Result<'value, MiceError list> =
        if List.isEmpty faults then
            Ok value
        else
            Error(List.distinct faults)

    /// <summary>The faults of a result, none when it has a value.</summary>
    /// <param name="result">The result.</param>
    let faults (result: Result<'value, MiceError list>) : MiceError list =
        match result with
        | Ok _ -> []
        | Error found -> found
