export async function looks() { return true; }
