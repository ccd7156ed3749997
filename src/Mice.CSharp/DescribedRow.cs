using System;
using System.Collections.Generic;
using System.Linq;

namespace Mice.CSharp;

/// <summary>One fact of a result, as the command line, reports and JSON have it.</summary>
/// <param name="Section">Heading of its section; empty for what stands in no table.</param>
/// <param name="Place">Its place in JSON, such as <c>estimates[1].mutual_information_nats</c>.</param>
/// <param name="Label">Its name for people; empty for what files alone have.</param>
/// <param name="Text">What people read, without the unit.</param>
/// <param name="Number">Its number, where it is one; of an estimate the value.</param>
/// <param name="Estimate">Value, standard error and direction, where it is an estimate.</param>
/// <param name="Unit">Unit of the number; empty without one.</param>
/// <param name="Note">What it means; empty where the name says it.</param>
public sealed record DescribedRow(
    string Section,
    string Place,
    string Label,
    string Text,
    double? Number,
    MeasuredValue? Estimate,
    string Unit,
    string Note
)
{
    /// <summary>The rows of a value of the façade.</summary>
    /// <exception cref="InvalidOperationException">No estimator made it.</exception>
    internal static IReadOnlyList<DescribedRow> Of(object value)
    {
        var found =
            Origin.Description(value)
            ?? throw new InvalidOperationException("This value was made or changed by hand: only what an estimator returned has a description.");
        return ResultDescriptionModule.flat(found).Select(placed => From(placed.Item1, placed.Item2, placed.Item3)).ToArray();
    }

    private static DescribedRow From(string section, string place, ResultRow row)
    {
        Estimate? estimate = row.Value switch
        {
            ResultValue.Principal principal => principal.Item,
            ResultValue.Estimate other => other.Item,
            _ => null,
        };
        double? number = row.Value switch
        {
            ResultValue.Number plain => plain.value,
            ResultValue.Count count => count.Item,
            _ => estimate?.Value,
        };
        MeasuredValue? measured = estimate is null ? null : MeasuredValue.From(estimate);
        return new(section, place, row.Label, ResultTableModule.text(row), number, measured, row.Unit, row.Note);
    }
}
