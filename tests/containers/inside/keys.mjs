// In any container: names of the variables that would open the object store.
console.log(JSON.stringify(Object.keys(process.env).filter((name) => /^AWS_.*KEY|^AWS_.*TOKEN/.test(name))));
