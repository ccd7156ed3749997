module Mice.Denoising.Tests.Program

[<EntryPoint>]
let main arguments = Expecting.run arguments
