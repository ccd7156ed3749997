module Mice.Autoregressive.Tests.Program

[<EntryPoint>]
let main arguments = Expecting.run arguments
