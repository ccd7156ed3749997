module Mice.Information.Tests.Program

[<EntryPoint>]
let main arguments =
    // Tests run side by side already: threads inside of small tensor operations only wait for each other.
    Mice.Tensors.Engine.setThreads 1
    Expecting.run arguments
