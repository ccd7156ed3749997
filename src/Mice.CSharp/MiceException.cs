using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;

namespace Mice.CSharp;

/// <summary>An option, a file or the data failed a check. <see cref="Faults"/> lists every fault that was found.</summary>
public sealed class MiceException : Exception
{
    internal MiceException(IReadOnlyList<string> faults)
        : base(string.Join(Environment.NewLine, faults)) => Faults = faults;

    /// <summary>One line for each fault: what was given, what is allowed, what to do.</summary>
    public IReadOnlyList<string> Faults { get; }

    /// <summary>An exception of one fault.</summary>
    internal static MiceException Of(MiceError fault) => new([MiceErrorModule.message(fault)]);

    /// <summary>The value of a result, or an exception with its fault.</summary>
    internal static T Unwrap<T>(FSharpResult<T, MiceError> result) => result.IsOk ? result.ResultValue : throw Of(result.ErrorValue);

    /// <summary>The value of a result, or an exception with all its faults.</summary>
    internal static T Unwrap<T>(FSharpResult<T, FSharpList<MiceError>> result) =>
        result.IsOk
            ? result.ResultValue
            : throw new MiceException(result.ErrorValue.Select(MiceErrorModule.message).Distinct().ToArray());
}
