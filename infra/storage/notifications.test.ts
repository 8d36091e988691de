import type { FilterRuleName, NotificationConfiguration, QueueConfiguration } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { mayAnnounce, withAnnouncement } from './notifications.ts';
import { withStatement } from './queue.ts';

const ARN = 'arn:aws:sqs:eu-central-1:123456789012:rushes-uploads';
/** As S3 answers it: with a capital letter. */
const filter = { Name: 'Prefix' as FilterRuleName, Value: 'uploads/' };
const right: QueueConfiguration = {
  Id: 'rushes-uploads',
  QueueArn: ARN,
  Events: ['s3:ObjectCreated:*'],
  Filter: { Key: { FilterRules: [filter] } },
};

describe('the rule of the uploads bucket', () => {
  it('tells of everything that appears under uploads/ and of nothing else', () => {
    expect(withAnnouncement({}, ARN)).toEqual({
      QueueConfigurations: [
        {
          Id: 'rushes-uploads',
          QueueArn: ARN,
          Events: ['s3:ObjectCreated:*'],
          Filter: { Key: { FilterRules: [{ Name: 'prefix', Value: 'uploads/' }] } },
        },
      ],
    });
  });

  it('stands beside the rules of others', () => {
    const rules: NotificationConfiguration = {
      EventBridgeConfiguration: {},
      QueueConfigurations: [{ ...right, Id: 'theirs' }],
      TopicConfigurations: [{ TopicArn: 'arn:aws:sns:eu-central-1:123456789012:t', Events: ['s3:ObjectRemoved:*'] }],
    };
    const { QueueConfigurations, ...rest } = withAnnouncement(rules, ARN);
    expect(rest).toEqual({ EventBridgeConfiguration: {}, TopicConfigurations: rules.TopicConfigurations });
    expect(QueueConfigurations?.map(({ Id }) => Id)).toEqual(['theirs', 'rushes-uploads']);
  });

  it('is left alone where it is right, as S3 writes it', () => {
    const rules = { QueueConfigurations: [right] };
    expect(withAnnouncement(rules, ARN)).toBe(rules);
  });

  it.each<[string, QueueConfiguration]>([
    ['another prefix', { ...right, Filter: { Key: { FilterRules: [{ ...filter, Value: 'upload/' }] } } }],
    ['another queue', { ...right, QueueArn: `${ARN}-old` }],
    ['a suffix besides', { ...right, Filter: { Key: { FilterRules: [filter, { Name: 'suffix', Value: '.mp4' }] } } }],
    ['fewer events', { ...right, Events: ['s3:ObjectCreated:Put'] }],
  ])('takes the place of one with %s', (_what, rule) => {
    const { QueueConfigurations } = withAnnouncement({ QueueConfigurations: [rule] }, ARN);
    expect(QueueConfigurations).toEqual(withAnnouncement({}, ARN).QueueConfigurations);
  });
});

describe('the policy of the queue', () => {
  it('lets S3 send for this bucket of this account', () => {
    expect(mayAnnounce('clips', 'arn:aws-cn:sqs:cn-north-1:210987654321:q')).toEqual({
      Sid: 'clips-uploads',
      Effect: 'Allow',
      Principal: { Service: 's3.amazonaws.com' },
      Action: 'sqs:SendMessage',
      Resource: 'arn:aws-cn:sqs:cn-north-1:210987654321:q',
      Condition: {
        ArnEquals: { 'aws:SourceArn': 'arn:aws-cn:s3:::clips' },
        StringEquals: { 'aws:SourceAccount': '210987654321' },
      },
    });
  });

  const statement = mayAnnounce('clips', ARN);

  it('keeps what others put there, and its earlier form of the statement does not stay', () => {
    const theirs = { Sid: 'theirs', Effect: 'Deny' };
    const old = JSON.stringify({
      Version: '2012-10-17',
      Id: 'p',
      Statement: [{ ...statement, Effect: 'Deny' }, theirs],
    });
    expect(JSON.parse(withStatement(old, statement))).toEqual({
      Version: '2012-10-17',
      Id: 'p',
      Statement: [theirs, statement],
    });
  });

  it('is made where there is none, and left alone where it is right', () => {
    const made = withStatement(undefined, statement);
    expect(JSON.parse(made)).toEqual({ Version: '2012-10-17', Statement: [statement] });
    expect(withStatement(made, statement)).toBe(made);
  });
});
