/** What SES publishes of a mail that came back, as identity notifications have it. */
export function aBounce(
  messageId: string,
  recipient: string,
  { type = 'Permanent', diagnostic = 'smtp; 550 5.1.1 user unknown' } = {},
): object {
  return {
    notificationType: 'Bounce',
    bounce: {
      bounceType: type,
      bounceSubType: 'General',
      bouncedRecipients: [
        { emailAddress: recipient, action: 'failed', status: '5.1.1', diagnosticCode: diagnostic },
      ],
      timestamp: new Date().toISOString(),
      feedbackId: 'feedback',
    },
    mail: { messageId, destination: [recipient], timestamp: new Date().toISOString() },
  };
}

export const aComplaint = (messageId: string, recipient: string): object => ({
  notificationType: 'Complaint',
  complaint: {
    complainedRecipients: [{ emailAddress: recipient }],
    complaintFeedbackType: 'abuse',
    timestamp: new Date().toISOString(),
    feedbackId: 'feedback',
  },
  mail: { messageId, destination: [recipient], timestamp: new Date().toISOString() },
});

export const aDelivery = (messageId: string, recipient: string): object => ({
  eventType: 'Delivery',
  delivery: { recipients: [recipient], timestamp: new Date().toISOString() },
  mail: { messageId, destination: [recipient], timestamp: new Date().toISOString() },
});
