/** The mark: a take that was circled with a grease pencil. */
export function Mark() {
  return (
    <svg className="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <path className="mark-play" d="M13.2 11.2v9.6l7.600-4.800z" />
      <path
        className="mark-ring"
        d="M23.600 7.400C19.300 3.700 11 4.400 7 9.800 2.900 15.200 4 23.400 10.200 26.600c6.100 3.200 14.500.7 17.100-6.300 2.100-6.100-1.200-12.500-8.400-14"
      />
    </svg>
  );
}
